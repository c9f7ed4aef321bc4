/* The plain loop that the search kernel is measured against: one vector add a marker. */
#include <stddef.h>
#include <stdint.h>

#define LANES 16

int64_t search_baseline(const float *table, const int32_t *rows, int64_t blocks, int64_t height,
                        int64_t profiles, int64_t markers, float threshold)
{
    int64_t hits = 0;
    for (int64_t b = 0; b < blocks; b++) {
        const float *block = table + b * height * LANES;
        for (int64_t n = 0; n < profiles; n++) {
            float sum[LANES] = {0};
            const int32_t *row = rows + n * markers;
            for (int64_t k = 0; k < markers; k++) {
                const float *line = block + (size_t)row[k] * LANES;
                for (int j = 0; j < LANES; j++)
                    sum[j] += line[j];
            }
            for (int j = 0; j < LANES; j++)
                hits += sum[j] >= threshold;
        }
    }
    return hits;
}
