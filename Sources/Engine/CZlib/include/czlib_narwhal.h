// zlib as the archive uses it.
#ifndef NARWHAL_CZLIB_H
#define NARWHAL_CZLIB_H
#include <zlib.h>
#endif
