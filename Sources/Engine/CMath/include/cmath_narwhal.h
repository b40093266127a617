// The few libm functions that pure modules may call, from one place, so that results are the same everywhere.
#ifndef NARWHAL_CMATH_H
#define NARWHAL_CMATH_H
double narwhal_exp(double x);
double narwhal_log(double x);
double narwhal_tanh(double x);
double narwhal_sin(double x);
double narwhal_cos(double x);
// In single precision, for models whose trainer computes in it: the double functions round differently.
float narwhal_expf(float x);
float narwhal_logf(float x);
#endif
