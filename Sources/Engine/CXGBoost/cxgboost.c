#include "cxgboost_narwhal.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef void *handle;

static struct {
    void *library;
    const char *(*get_last_error)(void);
    void (*version)(int *, int *, int *);
    int (*matrix_from_mat)(const float *, uint64_t, uint64_t, float, handle *);
    int (*matrix_set_floats)(handle, const char *, const float *, uint64_t);
    int (*matrix_free)(handle);
    int (*create)(const handle *, uint64_t, handle *);
    int (*release)(handle);
    int (*set_param)(handle, const char *, const char *);
    int (*set_feature_info)(handle, const char *, const char **, uint64_t);
    int (*update)(handle, int, handle);
    int (*evaluate)(handle, int, handle *, const char **, uint64_t, const char **);
    int (*predict)(handle, handle, int, unsigned, int, uint64_t *, const float **);
    int (*save)(handle, const char *, uint64_t *, const char **);
    int (*score)(handle, const char *, uint64_t *, const char *const **, uint64_t *, const uint64_t **, const float **);
} api;

static char message[512] = "";

static int find(void **slot, const char *name) {
    *slot = dlsym(api.library, name);
    if (*slot != NULL) return 0;
    snprintf(message, sizeof message, "the library has no function %s", name);
    return -1;
}

int narwhal_xgboost_open(const char *path) {
    if (api.library != NULL) return NARWHAL_XGBOOST_OPEN;
    // Threads of the library that wait for each other by spinning crawl where other programs need the cores. Read when
    // the library is loaded; what the operator has set stays.
    setenv("OMP_WAIT_POLICY", "PASSIVE", 0);
    static const char *const usual[] = {"libxgboost.so.0", "libxgboost.so", NULL};
    if (path != NULL) {
        api.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    } else {
        for (int i = 0; api.library == NULL && usual[i] != NULL; i++) {
            api.library = dlopen(usual[i], RTLD_NOW | RTLD_LOCAL);
        }
    }
    if (api.library == NULL) {
        const char *reason = dlerror();
        snprintf(message, sizeof message, "%s", reason == NULL ? "not found" : reason);
        return NARWHAL_XGBOOST_ABSENT;
    }
    if (find((void **)&api.get_last_error, "XGBGetLastError") != 0
        || find((void **)&api.version, "XGBoostVersion") != 0
        || find((void **)&api.matrix_from_mat, "XGDMatrixCreateFromMat") != 0
        || find((void **)&api.matrix_set_floats, "XGDMatrixSetFloatInfo") != 0
        || find((void **)&api.matrix_free, "XGDMatrixFree") != 0
        || find((void **)&api.create, "XGBoosterCreate") != 0
        || find((void **)&api.release, "XGBoosterFree") != 0
        || find((void **)&api.set_param, "XGBoosterSetParam") != 0
        || find((void **)&api.set_feature_info, "XGBoosterSetStrFeatureInfo") != 0
        || find((void **)&api.update, "XGBoosterUpdateOneIter") != 0
        || find((void **)&api.evaluate, "XGBoosterEvalOneIter") != 0
        || find((void **)&api.predict, "XGBoosterPredict") != 0
        || find((void **)&api.save, "XGBoosterSaveModelToBuffer") != 0
        || find((void **)&api.score, "XGBoosterFeatureScore") != 0) {
        dlclose(api.library);
        api.library = NULL;
        return NARWHAL_XGBOOST_UNFIT;
    }
    return NARWHAL_XGBOOST_OPEN;
}

const char *narwhal_xgboost_error(void) {
    if (api.library == NULL) return message;
    const char *text = api.get_last_error();
    return text == NULL ? "" : text;
}

void narwhal_xgboost_version(int *major, int *minor, int *patch) { api.version(major, minor, patch); }

int narwhal_xgboost_matrix(const float *data, uint64_t rows, uint64_t columns, float missing, void **out) {
    return api.matrix_from_mat(data, rows, columns, missing, out);
}

int narwhal_xgboost_matrix_set_floats(void *matrix, const char *field, const float *values, uint64_t count) {
    return api.matrix_set_floats(matrix, field, values, count);
}

int narwhal_xgboost_matrix_free(void *matrix) { return api.matrix_free(matrix); }

int narwhal_xgboost_create(void *const *matrices, uint64_t count, void **out) {
    return api.create((const handle *)matrices, count, out);
}

int narwhal_xgboost_free(void *booster) { return api.release(booster); }

int narwhal_xgboost_set_parameter(void *booster, const char *name, const char *value) {
    return api.set_param(booster, name, value);
}

int narwhal_xgboost_set_feature_names(void *booster, const char **names, uint64_t count) {
    return api.set_feature_info(booster, "feature_name", names, count);
}

int narwhal_xgboost_update(void *booster, int round, void *matrix) { return api.update(booster, round, matrix); }

int narwhal_xgboost_evaluate(void *booster, int round, void **matrices, const char **names, uint64_t count,
                             const char **out) {
    return api.evaluate(booster, round, matrices, names, count, out);
}

int narwhal_xgboost_predict(void *booster, void *matrix, int margin, unsigned trees, uint64_t *count,
                            const float **out) {
    return api.predict(booster, matrix, margin ? 1 : 0, trees, 0, count, out);
}

int narwhal_xgboost_save_json(void *booster, uint64_t *length, const char **out) {
    return api.save(booster, "{\"format\": \"json\"}", length, out);
}

int narwhal_xgboost_gains(void *booster, uint64_t *count, const char *const **names, const float **gains) {
    uint64_t dimensions = 0;
    const uint64_t *shape = NULL;
    int status = api.score(booster, "{\"importance_type\": \"total_gain\"}", count, names, &dimensions, &shape, gains);
    // One output: one number for each name.
    if (status == 0 && (dimensions != 1 || shape == NULL || shape[0] != *count)) return -1;
    return status;
}
