// Each file is embedded as it is; a new one needs an array and a row here. The Swift side compares every one with the
// digest in its manifest. The set demo shares its exit models with pooled-5m, which stands first: it is the usual set.
#include "cmodels.h"

// The toolchain's own compiler knows #embed in every dialect of C.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file_demo_set_json[] = {
#embed "../../../models/demo/set.json"
};
static const unsigned char file_demo_card_md[] = {
#embed "../../../models/demo/card.md"
};
static const unsigned char file_demo_entry_long_by_hand_json[] = {
#embed "../../../models/demo/entry-long-by-hand.json"
};
static const unsigned char file_demo_entry_short_by_hand_json[] = {
#embed "../../../models/demo/entry-short-by-hand.json"
};
static const unsigned char file_demo_cards_by_hand_long_md[] = {
#embed "../../../models/demo/cards/by-hand-long.md"
};
static const unsigned char file_demo_cards_by_hand_short_md[] = {
#embed "../../../models/demo/cards/by-hand-short.md"
};
static const unsigned char file_pooled_5m_set_json[] = {
#embed "../../../models/pooled-5m/set.json"
};
static const unsigned char file_pooled_5m_card_md[] = {
#embed "../../../models/pooled-5m/card.md"
};
static const unsigned char file_pooled_5m_entry_long_json[] = {
#embed "../../../models/pooled-5m/entry-long.json"
};
static const unsigned char file_pooled_5m_entry_short_json[] = {
#embed "../../../models/pooled-5m/entry-short.json"
};
static const unsigned char file_pooled_5m_exit_long_json[] = {
#embed "../../../models/pooled-5m/exit-long.json"
};
static const unsigned char file_pooled_5m_exit_short_json[] = {
#embed "../../../models/pooled-5m/exit-short.json"
};
static const unsigned char file_pooled_5m_lstm_safetensors[] = {
#embed "../../../models/pooled-5m/lstm.safetensors"
};
static const unsigned char file_pooled_5m_policy_safetensors[] = {
#embed "../../../models/pooled-5m/policy.safetensors"
};
static const unsigned char file_pooled_5m_cards_lstm_md[] = {
#embed "../../../models/pooled-5m/cards/lstm.md"
};
static const unsigned char file_pooled_5m_cards_policy_md[] = {
#embed "../../../models/pooled-5m/cards/policy.md"
};
static const unsigned char file_pooled_5m_cards_trees_exit_long_md[] = {
#embed "../../../models/pooled-5m/cards/trees-exit-long.md"
};
static const unsigned char file_pooled_5m_cards_trees_exit_short_md[] = {
#embed "../../../models/pooled-5m/cards/trees-exit-short.md"
};
static const unsigned char file_pooled_5m_cards_trees_long_md[] = {
#embed "../../../models/pooled-5m/cards/trees-long.md"
};
static const unsigned char file_pooled_5m_cards_trees_short_md[] = {
#embed "../../../models/pooled-5m/cards/trees-short.md"
};

static const struct {
    const char *path;
    const unsigned char *bytes;
    size_t size;
} files[] = {
    {"pooled-5m/set.json", file_pooled_5m_set_json, sizeof file_pooled_5m_set_json},
    {"pooled-5m/card.md", file_pooled_5m_card_md, sizeof file_pooled_5m_card_md},
    {"pooled-5m/entry-long.json", file_pooled_5m_entry_long_json, sizeof file_pooled_5m_entry_long_json},
    {"pooled-5m/entry-short.json", file_pooled_5m_entry_short_json, sizeof file_pooled_5m_entry_short_json},
    {"pooled-5m/exit-long.json", file_pooled_5m_exit_long_json, sizeof file_pooled_5m_exit_long_json},
    {"pooled-5m/exit-short.json", file_pooled_5m_exit_short_json, sizeof file_pooled_5m_exit_short_json},
    {"pooled-5m/lstm.safetensors", file_pooled_5m_lstm_safetensors, sizeof file_pooled_5m_lstm_safetensors},
    {"pooled-5m/policy.safetensors", file_pooled_5m_policy_safetensors, sizeof file_pooled_5m_policy_safetensors},
    {"pooled-5m/cards/lstm.md", file_pooled_5m_cards_lstm_md, sizeof file_pooled_5m_cards_lstm_md},
    {"pooled-5m/cards/policy.md", file_pooled_5m_cards_policy_md, sizeof file_pooled_5m_cards_policy_md},
    {"pooled-5m/cards/trees-exit-long.md", file_pooled_5m_cards_trees_exit_long_md, sizeof file_pooled_5m_cards_trees_exit_long_md},
    {"pooled-5m/cards/trees-exit-short.md", file_pooled_5m_cards_trees_exit_short_md, sizeof file_pooled_5m_cards_trees_exit_short_md},
    {"pooled-5m/cards/trees-long.md", file_pooled_5m_cards_trees_long_md, sizeof file_pooled_5m_cards_trees_long_md},
    {"pooled-5m/cards/trees-short.md", file_pooled_5m_cards_trees_short_md, sizeof file_pooled_5m_cards_trees_short_md},
    {"demo/set.json", file_demo_set_json, sizeof file_demo_set_json},
    {"demo/card.md", file_demo_card_md, sizeof file_demo_card_md},
    {"demo/entry-long-by-hand.json", file_demo_entry_long_by_hand_json, sizeof file_demo_entry_long_by_hand_json},
    {"demo/entry-short-by-hand.json", file_demo_entry_short_by_hand_json, sizeof file_demo_entry_short_by_hand_json},
    {"demo/cards/by-hand-long.md", file_demo_cards_by_hand_long_md, sizeof file_demo_cards_by_hand_long_md},
    {"demo/cards/by-hand-short.md", file_demo_cards_by_hand_short_md, sizeof file_demo_cards_by_hand_short_md},
    {"demo/exit-long.json", file_pooled_5m_exit_long_json, sizeof file_pooled_5m_exit_long_json},
    {"demo/cards/trees-exit-long.md", file_pooled_5m_cards_trees_exit_long_md, sizeof file_pooled_5m_cards_trees_exit_long_md},
    {"demo/exit-short.json", file_pooled_5m_exit_short_json, sizeof file_pooled_5m_exit_short_json},
    {"demo/cards/trees-exit-short.md", file_pooled_5m_cards_trees_exit_short_md, sizeof file_pooled_5m_cards_trees_exit_short_md},
    {"demo/policy.safetensors", file_pooled_5m_policy_safetensors, sizeof file_pooled_5m_policy_safetensors},
    {"demo/cards/policy.md", file_pooled_5m_cards_policy_md, sizeof file_pooled_5m_cards_policy_md},
};

static const size_t count = sizeof files / sizeof files[0];

size_t narwhal_model_count(void) { return count; }
const char *narwhal_model_path(size_t index) { return index < count ? files[index].path : NULL; }
const unsigned char *narwhal_model_bytes(size_t index) {
    return index < count ? files[index].bytes : NULL;
}
size_t narwhal_model_size(size_t index) { return index < count ? files[index].size : 0; }
