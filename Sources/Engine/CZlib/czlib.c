#include "czlib_narwhal.h"
