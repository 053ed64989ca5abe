// As many floats at a time as the processor's registers hold, POSTER_LANES, in the compiler's own vectors (GCC, Clang).
// Included by for-each-processor.h, so no include guard. bfloat16 is kept as its bits, the upper half of a float's.

constexpr int64_t lanes = POSTER_LANES;
typedef float Floats __attribute__((vector_size(4 * lanes)));
typedef uint32_t Bits __attribute__((vector_size(4 * lanes)));
typedef uint16_t Halves __attribute__((vector_size(2 * lanes)));

inline __attribute__((always_inline)) Floats all(float value) { return value - Floats{}; }

inline __attribute__((always_inline)) Floats load(const float* from) {
  Floats values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

inline __attribute__((always_inline)) Floats load(const uint16_t* from) {
  Halves halves;
  std::memcpy(&halves, from, sizeof halves);
  return (Floats)(__builtin_convertvector(halves, Bits) << 16);
}

inline __attribute__((always_inline)) void store(float* to, Floats values) { std::memcpy(to, &values, sizeof values); }

// Rounded to nearest, ties to even; NaN stays NaN.
inline __attribute__((always_inline)) void store(uint16_t* to, Floats values) {
  const Bits bits = (Bits)values;
  const Bits rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const Bits kept = values == values ? rounded : (rounded & 0) + 0x7fc0;
  const Halves halves = __builtin_convertvector(kept, Halves);
  std::memcpy(to, &halves, sizeof halves);
}

// The first `count` lanes, 0 in the others.
template <class T>
inline __attribute__((always_inline)) Floats loadSome(const T* from, int64_t count) {
  T values[lanes] = {};
  for (int64_t i = 0; i < count; i++) values[i] = from[i];
  return load(values);
}

template <class T>
inline __attribute__((always_inline)) void storeSome(T* to, Floats values, int64_t count) {
  T all[lanes];
  store(all, values);
  for (int64_t i = 0; i < count; i++) to[i] = all[i];
}

inline __attribute__((always_inline)) float sum(Floats values) {
  float total = 0;
  for (int64_t i = 0; i < lanes; i++) total += values[i];
  return total;
}
