#include "cmath_narwhal.h"
#include <math.h>
double narwhal_exp(double x) { return exp(x); }
double narwhal_log(double x) { return log(x); }
double narwhal_tanh(double x) { return tanh(x); }
double narwhal_sin(double x) { return sin(x); }
double narwhal_cos(double x) { return cos(x); }
float narwhal_expf(float x) { return expf(x); }
float narwhal_logf(float x) { return logf(x); }
