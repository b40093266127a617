// Included twice by kernels.c, with REAL, LANES (of 16 bytes) and NAME set.

typedef REAL NAME(vector) __attribute__((vector_size(16), aligned(sizeof(REAL)), may_alias));

// `vectors` is a constant at every call, so that the sums stay in registers.
static inline __attribute__((always_inline)) void NAME(add_block)(
    REAL *y, const REAL *a, long stride, const REAL *b, long row, long terms, const int vectors)
{
    NAME(vector) sums[8];
    for (int v = 0; v < vectors; v++) sums[v] = *(const NAME(vector) *)(y + v * LANES);
    for (long k = 0; k < terms; k++) {
        const REAL factor = a[k * stride];
        const REAL *line = b + k * row;
        for (int v = 0; v < vectors; v++) sums[v] += factor * *(const NAME(vector) *)(line + v * LANES);
    }
    for (int v = 0; v < vectors; v++) *(NAME(vector) *)(y + v * LANES) = sums[v];
}

void NAME(narwhal_add_products)(
    REAL *y, long count, const REAL *a, long stride, const REAL *b, long row, long terms)
{
    long j = 0;
    for (; j + 8 * LANES <= count; j += 8 * LANES) NAME(add_block)(y + j, a, stride, b + j, row, terms, 8);
    if (j + 6 * LANES <= count) {
        NAME(add_block)(y + j, a, stride, b + j, row, terms, 6);
        j += 6 * LANES;
    }
    if (j + 4 * LANES <= count) {
        NAME(add_block)(y + j, a, stride, b + j, row, terms, 4);
        j += 4 * LANES;
    }
    if (j + 2 * LANES <= count) {
        NAME(add_block)(y + j, a, stride, b + j, row, terms, 2);
        j += 2 * LANES;
    }
    for (; j < count; j++) {
        REAL sum = y[j];
        for (long k = 0; k < terms; k++) sum += a[k * stride] * b[k * row + j];
        y[j] = sum;
    }
}

void NAME(narwhal_transpose)(const REAL *a, long rows, long columns, REAL *b)
{
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < columns; j++) b[j * rows + i] = a[i * columns + j];
}

void NAME(narwhal_tanhs_back)(const REAL *values, REAL *gradient, long count)
{
    for (long j = 0; j < count; j++) gradient[j] *= 1 - values[j] * values[j];
}

void NAME(narwhal_lstm_cell)(
    REAL *gates, const REAL *before, REAL *cell, REAL *squashed, REAL *output, long count)
{
    NAME(narwhal_sigmoids)(gates, 2 * count);
    NAME(narwhal_tanhs)(gates + 2 * count, count);
    NAME(narwhal_sigmoids)(gates + 3 * count, count);
    const REAL *in = gates, *forget = gates + count, *candidate = gates + 2 * count, *out = gates + 3 * count;
    for (long j = 0; j < count; j++) {
        cell[j] = forget[j] * before[j] + in[j] * candidate[j];
        squashed[j] = cell[j];
    }
    NAME(narwhal_tanhs)(squashed, count);
    for (long j = 0; j < count; j++) output[j] = out[j] * squashed[j];
}

void NAME(narwhal_lstm_cell_back)(
    const REAL *restrict gates, const REAL *restrict before, const REAL *restrict squashed,
    const REAL *restrict d_output, REAL *restrict d_cell, REAL *restrict d_gates, long count)
{
    for (long j = 0; j < count; j++) {
        const REAL in = gates[j], forget = gates[count + j];
        const REAL candidate = gates[2 * count + j], out = gates[3 * count + j];
        const REAL d = d_cell[j] + d_output[j] * out * (1 - squashed[j] * squashed[j]);
        d_gates[j] = d * candidate * in * (1 - in);
        d_gates[count + j] = d * before[j] * forget * (1 - forget);
        d_gates[2 * count + j] = d * in * (1 - candidate * candidate);
        d_gates[3 * count + j] = d_output[j] * squashed[j] * out * (1 - out);
        d_cell[j] = d * forget;
    }
}

void NAME(narwhal_adam)(
    REAL *restrict parameters, REAL *restrict first_moments, REAL *restrict second_moments,
    const REAL *restrict gradient, long count, REAL scale, REAL beta1, REAL beta2, REAL rate, REAL second,
    REAL epsilon, REAL decay)
{
    for (long j = 0; j < count; j++) {
        const REAL g = gradient[j] * scale;
        first_moments[j] = beta1 * first_moments[j] + (1 - beta1) * g;
        second_moments[j] = beta2 * second_moments[j] + (1 - beta2) * g * g;
        parameters[j] -= rate * first_moments[j] / (SQRT(second_moments[j] * second) + epsilon)
            + decay * parameters[j];
    }
}

double NAME(narwhal_square_sum)(const REAL *values, long count)
{
    double sum = 0;
    for (long j = 0; j < count; j++) sum += (double)values[j] * (double)values[j];
    return sum;
}
