// Inner loops of the networks, for Float (`_f`) and Double (`_d`).
//
// In C because they run at a bearable speed in unoptimized builds too, where generic Swift does not. Sums are taken in
// the order written here whatever the vector width, so that a result does not depend on the build.
#ifndef NARWHAL_CMATH_KERNELS_H
#define NARWHAL_CMATH_KERNELS_H

// y[j] += sum over k < terms of a[k * stride] * b[k * row + j], for j < count; k ascending.
void narwhal_add_products_f(float *y, long count, const float *a, long stride, const float *b, long row, long terms);
void narwhal_add_products_d(double *y, long count, const double *a, long stride, const double *b, long row, long terms);

// b[j * rows + i] = a[i * columns + j].
void narwhal_transpose_f(const float *a, long rows, long columns, float *b);
void narwhal_transpose_d(const double *a, long rows, long columns, double *b);

// In place, 1 / (1 + e^-x) and tanh x. Absolute error below 1.2e-7 for Float; NaN stays NaN.
void narwhal_sigmoids_f(float *values, long count);
void narwhal_sigmoids_d(double *values, long count);
void narwhal_tanhs_f(float *values, long count);
void narwhal_tanhs_d(double *values, long count);

// gradient[j] *= 1 - values[j]^2, for values that are a tanh.
void narwhal_tanhs_back_f(const float *values, float *gradient, long count);
void narwhal_tanhs_back_d(const double *values, double *gradient, long count);

// One step of an LSTM. gates: 4 * count pre-activations in blocks i, f, g, o; activated in place.
// cell = f * before + i * g; squashed = tanh(cell); output = o * squashed.
void narwhal_lstm_cell_f(float *gates, const float *before, float *cell, float *squashed, float *output, long count);
void narwhal_lstm_cell_d(double *gates, const double *before, double *cell, double *squashed, double *output, long count);

// Its derivative. d_output: of this step's output. d_cell: of the cell from later steps, on return of the cell before.
// d_gates: of the pre-activations.
void narwhal_lstm_cell_back_f(const float *gates, const float *before, const float *squashed, const float *d_output,
                              float *d_cell, float *d_gates, long count);
void narwhal_lstm_cell_back_d(const double *gates, const double *before, const double *squashed,
                              const double *d_output, double *d_cell, double *d_gates, long count);

// Adam on `count` parameters, the gradient multiplied by `scale` first. rate and second are the learning rate and the
// second moment's factor, both corrected for the start; decay is subtracted as decay * parameter.
void narwhal_adam_f(float *parameters, float *first_moments, float *second_moments, const float *gradient, long count,
                    float scale, float beta1, float beta2, float rate, float second, float epsilon, float decay);
void narwhal_adam_d(double *parameters, double *first_moments, double *second_moments, const double *gradient,
                    long count, double scale, double beta1, double beta2, double rate, double second, double epsilon,
                    double decay);

// The sum of the squares, in Double, in order.
double narwhal_square_sum_f(const float *values, long count);
double narwhal_square_sum_d(const double *values, long count);

#endif
