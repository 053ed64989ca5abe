// The arithmetic of prelu.cpp on one piece of memory. Included by for-each-processor.h.

inline __attribute__((always_inline)) Floats activated(Floats x, Floats slope) { return x > 0 ? x : slope * x; }

// One channel's values: y = x where positive, else slope x.
template <class T>
void preluRow(const T* x, T* y, float slope, int64_t count) {
  const Floats slopes = all(slope);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store(y + i, activated(load(x + i), slopes));
  if (i < count) storeSome(y + i, activated(loadSome(x + i, count - i), slopes), count - i);
}

// One channel's values: dx, and as the result the sum that the gradient of the slope is.
template <class T>
float preluRowBackward(const T* x, const T* dy, T* dx, float slope, int64_t count) {
  const Floats slopes = all(slope);
  Floats total = {};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const Floats value = load(x + i), upstream = load(dy + i);
    store(dx + i, value > 0 ? upstream : slopes * upstream);
    total += value > 0 ? Floats{} : value * upstream;
  }
  if (i < count) {
    const Floats value = loadSome(x + i, count - i), upstream = loadSome(dy + i, count - i);
    storeSome(dx + i, value > 0 ? upstream : slopes * upstream, count - i);
    total += value > 0 ? Floats{} : value * upstream;
  }
  return sum(total);
}

// `rows` times all channels, which lie side by side. Where they end within a vector, the last one begins earlier and
// writes some values again.
template <class T>
void preluPixels(const T* x, T* y, const float* slopes, int64_t rows, int64_t channels) {
  for (int64_t row = 0; row < rows; row++, x += channels, y += channels) {
    if (channels < lanes) {
      storeSome(y, activated(loadSome(x, channels), loadSome(slopes, channels)), channels);
      continue;
    }
    int64_t c = 0;
    for (; c + lanes <= channels; c += lanes) store(y + c, activated(load(x + c), load(slopes + c)));
    if (c == channels) continue;
    c = channels - lanes;
    store(y + c, activated(load(x + c), load(slopes + c)));
  }
}

// The same backward, of as many channels as `vectors` vectors hold: the sums for the slopes' gradient stay
// in registers over all rows.
template <int vectors, class T>
void preluPixelsBackward(const T* x, const T* dy, T* dx, const float* slopes, float* sums, int64_t rows,
                         int64_t channels) {
  Floats slope[vectors], total[vectors];
  for (int v = 0; v < vectors; v++) slope[v] = load(slopes + v * lanes), total[v] = Floats{};
  for (int64_t row = 0; row < rows; row++, x += channels, dy += channels, dx += channels) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      const Floats value = load(x + v * lanes), upstream = load(dy + v * lanes);
      store(dx + v * lanes, value > 0 ? upstream : slope[v] * upstream);
      total[v] += value > 0 ? Floats{} : value * upstream;
    }
  }
  for (int v = 0; v < vectors; v++) store(sums + v * lanes, total[v]);
}

// The same of fewer channels than a vector holds.
template <class T>
void preluFewBackward(const T* x, const T* dy, T* dx, const float* slopes, float* sums, int64_t rows, int64_t channels) {
  const Floats slope = loadSome(slopes, channels);
  Floats total = {};
  for (int64_t row = 0; row < rows; row++, x += channels, dy += channels, dx += channels) {
    const Floats value = loadSome(x, channels), upstream = loadSome(dy, channels);
    storeSome(dx, value > 0 ? upstream : slope * upstream, channels);
    total += value > 0 ? Floats{} : value * upstream;
  }
  storeSome(sums, total, channels);
}

// `rows` times all channels backward: dx, and of each channel the sum that the gradient of its slope is.
template <class T>
void preluPixelsBackward(const T* x, const T* dy, T* dx, const float* slopes, float* sums, int64_t rows,
                         int64_t channels) {
  if (channels < lanes) return preluFewBackward(x, dy, dx, slopes, sums, rows, channels);
  int64_t c = 0;
  for (; c + 4 * lanes <= channels; c += 4 * lanes)
    preluPixelsBackward<4>(x + c, dy + c, dx + c, slopes + c, sums + c, rows, channels);
  for (; c + 2 * lanes <= channels; c += 2 * lanes)
    preluPixelsBackward<2>(x + c, dy + c, dx + c, slopes + c, sums + c, rows, channels);
  for (; c + lanes <= channels; c += lanes)
    preluPixelsBackward<1>(x + c, dy + c, dx + c, slopes + c, sums + c, rows, channels);
  if (c == channels) return;
  c = channels - lanes;
  preluPixelsBackward<1>(x + c, dy + c, dx + c, slopes + c, sums + c, rows, channels);
}
