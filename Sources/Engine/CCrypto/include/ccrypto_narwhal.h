// The two functions of libcrypto that signing needs; OpenSSL's own headers stay out of Swift.
#ifndef NARWHAL_CCRYPTO_H
#define NARWHAL_CCRYPTO_H
#include <stddef.h>
#include <stdint.h>

// Writes the 32 bytes of HMAC-SHA256 to `out`; 0 on success, -1 when libcrypto fails.
int narwhal_hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *data,
                        size_t data_length, uint8_t *out);

// Writes the 32 bytes of SHA-256 to `out`; 0 on success, -1 when libcrypto fails.
int narwhal_sha256(const uint8_t *data, size_t data_length, uint8_t *out);

// 0 when the two blocks are equal; takes the same time wherever they differ.
int narwhal_compare_constant_time(const uint8_t *left, const uint8_t *right, size_t length);
#endif
