// The files of the model sets that are part of the program, as they lie in the top-level folder `models`.
#ifndef NARWHAL_CMODELS_H
#define NARWHAL_CMODELS_H
#include <stddef.h>

// How many files there are.
size_t narwhal_model_count(void);
// The path of file `index` below `models`, such as "pooled-5m/set.json"; NULL beyond the last.
const char *narwhal_model_path(size_t index);
// Its bytes; they live as long as the program. NULL beyond the last.
const unsigned char *narwhal_model_bytes(size_t index);
size_t narwhal_model_size(size_t index);
#endif
