#include "ccrypto_narwhal.h"
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

int narwhal_hmac_sha256(const uint8_t *key, size_t key_length, const uint8_t *data,
                        size_t data_length, uint8_t *out) {
    unsigned int written = 0;
    if (key_length > INT_MAX) return -1;
    if (HMAC(EVP_sha256(), key, (int)key_length, data, data_length, out, &written) == NULL) return -1;
    return written == 32 ? 0 : -1;
}

int narwhal_sha256(const uint8_t *data, size_t data_length, uint8_t *out) {
    unsigned int written = 0;
    if (EVP_Digest(data, data_length, out, &written, EVP_sha256(), NULL) != 1) return -1;
    return written == 32 ? 0 : -1;
}

int narwhal_compare_constant_time(const uint8_t *left, const uint8_t *right, size_t length) {
    return CRYPTO_memcmp(left, right, length);
}
