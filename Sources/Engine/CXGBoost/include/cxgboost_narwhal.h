// The few functions of libxgboost's C interface that training needs, loaded at run time: nothing links against the
// library, and an engine that only trades never opens it.
#ifndef NARWHAL_CXGBOOST_H
#define NARWHAL_CXGBOOST_H
#include <stddef.h>
#include <stdint.h>

// What `narwhal_xgboost_open` says.
#define NARWHAL_XGBOOST_OPEN 0
#define NARWHAL_XGBOOST_ABSENT 1
#define NARWHAL_XGBOOST_UNFIT 2

// Opens the library at `path`, or under its usual names when `path` is NULL, once a process. UNFIT means that a function
// is missing in it. Not for several threads at once.
int narwhal_xgboost_open(const char *path);

// What went wrong last, for a person; never NULL.
const char *narwhal_xgboost_error(void);

void narwhal_xgboost_version(int *major, int *minor, int *patch);

// All of these return 0 on success and may only be called after a successful open. Signatures are the library's own.
int narwhal_xgboost_matrix(const float *data, uint64_t rows, uint64_t columns, float missing, void **out);
int narwhal_xgboost_matrix_set_floats(void *matrix, const char *field, const float *values, uint64_t count);
int narwhal_xgboost_matrix_free(void *matrix);
int narwhal_xgboost_create(void *const *matrices, uint64_t count, void **out);
int narwhal_xgboost_free(void *booster);
int narwhal_xgboost_set_parameter(void *booster, const char *name, const char *value);
int narwhal_xgboost_set_feature_names(void *booster, const char **names, uint64_t count);
int narwhal_xgboost_update(void *booster, int round, void *matrix);
int narwhal_xgboost_evaluate(void *booster, int round, void **matrices, const char **names, uint64_t count,
                             const char **out);
// `trees` 0 uses all; the result belongs to the library until the next call on this booster.
int narwhal_xgboost_predict(void *booster, void *matrix, int margin, unsigned trees, uint64_t *count,
                            const float **out);
// The model as JSON; belongs to the library until the next call on this booster.
int narwhal_xgboost_save_json(void *booster, uint64_t *length, const char **out);
// Total gain of each feature that is used, by name; the arrays belong to the library until the next call on this booster.
int narwhal_xgboost_gains(void *booster, uint64_t *count, const char *const **names, const float **gains);
#endif
