#include "cmath_kernels.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

// A fused multiply-add rounds once instead of twice: results would depend on the processor.
#pragma STDC FP_CONTRACT OFF

// e^x for x in -87...88, relative error below 2e-7. Everything is arithmetic on bits, so that it vectorizes and a NaN
// passes through. Source: Cephes, single/expf.c (S. Moshier), the polynomial on -ln 2 / 2...ln 2 / 2.
static inline float small_exp(float x)
{
    // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits.
    const float rounder = 12582912.0f;
    const float shifted = x * 1.44269504088896341f + rounder;
    uint32_t bits;
    memcpy(&bits, &shifted, 4);
    const float whole = shifted - rounder;
    const float r = (x - whole * 0.693359375f) - whole * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const uint32_t power = (bits - 0x4b400000u + 127u) << 23;
    float scale;
    memcpy(&scale, &power, 4);
    return p * scale;
}

void narwhal_sigmoids_f(float *values, long count)
{
    for (long j = 0; j < count; j++) {
        float x = -values[j];
        x = x < -87.0f ? -87.0f : x;
        x = x > 88.0f ? 88.0f : x;
        values[j] = 1.0f / (1.0f + small_exp(x));
    }
}

// Near zero the quotient loses digits: there the odd polynomial of Cephes, single/tanhf.c.
void narwhal_tanhs_f(float *values, long count)
{
    for (long j = 0; j < count; j++) {
        const float x = values[j];
        const float magnitude = x < 0 ? -x : x;
        const float capped = magnitude > 20.0f ? 20.0f : magnitude;
        const float far = 1.0f - 2.0f / (small_exp(2.0f * capped) + 1.0f);
        const float s = x * x;
        float p = -5.70498872745e-3f;
        p = p * s + 2.06390887954e-2f;
        p = p * s + -5.37397155531e-2f;
        p = p * s + 1.33314422036e-1f;
        p = p * s + -3.33332819422e-1f;
        const float near = p * s * x + x;
        values[j] = magnitude < 0.625f ? near : (x < 0 ? -far : far);
    }
}

void narwhal_sigmoids_d(double *values, long count)
{
    for (long j = 0; j < count; j++) values[j] = 1 / (1 + exp(-values[j]));
}

void narwhal_tanhs_d(double *values, long count)
{
    for (long j = 0; j < count; j++) values[j] = tanh(values[j]);
}

#define REAL float
#define LANES 4
#define SQRT sqrtf
#define NAME(name) name##_f
#include "kernels_template.h"
#undef REAL
#undef LANES
#undef SQRT
#undef NAME

#define REAL double
#define LANES 2
#define SQRT sqrt
#define NAME(name) name##_d
#include "kernels_template.h"
