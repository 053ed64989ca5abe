// The arithmetic of depthwise.cpp: 3 x 3 depthwise convolution of bfloat16 maps whose channels lie side by side. Weights are
// 9 x channels. Included by for-each-processor.h.

// A vector's channels from `at` on. The last vector of a map may begin earlier, writing some values again; a map of fewer
// channels than a vector holds is one vector with lanes left out.
struct Lanes {
  int64_t at, count;

  template <class T>
  inline __attribute__((always_inline)) Floats read(const T* from) const {
    return count == lanes ? load(from + at) : loadSome(from + at, count);
  }
  template <class T>
  inline __attribute__((always_inline)) void write(T* to, Floats values) const {
    if (count == lanes) return store(to + at, values);
    storeSome(to + at, values, count);
  }
};

// Calls work(Lanes) for all channels.
template <class Work>
inline __attribute__((always_inline)) void overChannels(int64_t channels, const Work& work) {
  if (channels < lanes) return work(Lanes{0, channels});
  int64_t c = 0;
  for (; c + lanes <= channels; c += lanes) work(Lanes{c, lanes});
  if (c < channels) work(Lanes{channels - lanes, lanes});
}

// One row of the output. x: the image; y: the row `top` of the output.
void depthwiseRow(const DepthwiseShape& shape, const uint16_t* x, const float* weights, uint16_t* y, int64_t top) {
  const int64_t channels = shape.channels, row = top * shape.stride - shape.padding;
  const bool wholeRows = row >= 0 && row + 3 <= shape.height;
  overChannels(channels, [&](Lanes part) __attribute__((always_inline)) {
    Floats weight[9];
#pragma GCC unroll 9
    for (int64_t k = 0; k < 9; k++) weight[k] = part.read(weights + k * channels);
    for (int64_t left = 0; left < shape.outWidth; left++) {
      const int64_t column = left * shape.stride - shape.padding;
      const uint16_t* const corner = x + (row * shape.width + column) * channels;
      Floats total = {};
      if (wholeRows && column >= 0 && column + 3 <= shape.width) {
#pragma GCC unroll 9
        for (int64_t k = 0; k < 9; k++)
          total += part.read(corner + (k / 3 * shape.width + k % 3) * channels) * weight[k];
      } else {
#pragma GCC unroll 9
        for (int64_t k = 0; k < 9; k++) {
          const int64_t down = row + k / 3, right = column + k % 3;
          if (down >= 0 && down < shape.height && right >= 0 && right < shape.width)
            total += part.read(corner + (k / 3 * shape.width + k % 3) * channels) * weight[k];
        }
      }
      part.write(y + left * channels, total);
    }
  });
}

// The three rows that a row of the output at stride 1 sees, column by column; 0 outside the map.
struct Columns {
  const DepthwiseShape& shape;
  const uint16_t* rows;
  bool inside[3];
  Lanes part;

  inline __attribute__((always_inline)) Columns(const DepthwiseShape& shape, const uint16_t* x, int64_t top, Lanes part)
      : shape(shape), rows(x + (top - shape.padding) * shape.width * shape.channels), part(part) {
    for (int64_t r = 0; r < 3; r++) inside[r] = top - shape.padding + r >= 0 && top - shape.padding + r < shape.height;
  }
  inline __attribute__((always_inline)) Floats read(int64_t r, int64_t column) const {
    return inside[r] ? part.read(rows + (r * shape.width + column) * shape.channels) : Floats{};
  }
};

// depthwiseRow at stride 1. Each value is read once and added to the three outputs that see it.
void depthwiseRowOfAll(const DepthwiseShape& shape, const uint16_t* x, const float* weights, uint16_t* y, int64_t top) {
  const int64_t channels = shape.channels;
  overChannels(channels, [&](Lanes part) __attribute__((always_inline)) {
    Floats weight[9];
#pragma GCC unroll 9
    for (int64_t k = 0; k < 9; k++) weight[k] = part.read(weights + k * channels);
    const Columns columns(shape, x, top, part);
    Floats ending = {}, middle = {};  // of the outputs whose last and second column comes next
    for (int64_t column = -shape.padding; column < shape.width + shape.padding; column++) {
      Floats starting = {};
      if (column >= 0 && column < shape.width) {
#pragma GCC unroll 3
        for (int64_t r = 0; r < 3; r++) {
          const Floats value = columns.read(r, column);
          starting += value * weight[3 * r], middle += value * weight[3 * r + 1], ending += value * weight[3 * r + 2];
        }
      }
      const int64_t left = column + shape.padding - 2;
      if (left >= 0) part.write(y + left * channels, ending);
      ending = middle, middle = starting;
    }
  });
}

// One row of the gradient of the input: dy is the image's, dx the row `row`.
void depthwiseRowBackward(const DepthwiseShape& shape, const uint16_t* dy, const float* weights, uint16_t* dx, int64_t row) {
  const int64_t channels = shape.channels;
  for (int64_t column = 0; column < shape.width; column++, dx += channels) {
    // What the window's place k saw here, where its output has one.
    int64_t places = 0, outputs[9], ks[9];
    for (int64_t k = 0; k < 9; k++) {
      const int64_t down = row + shape.padding - k / 3, right = column + shape.padding - k % 3;
      if (down < 0 || right < 0 || down % shape.stride != 0 || right % shape.stride != 0) continue;
      const int64_t top = down / shape.stride, left = right / shape.stride;
      if (top >= shape.outHeight || left >= shape.outWidth) continue;
      outputs[places] = (top * shape.outWidth + left) * channels;
      ks[places++] = k * channels;
    }
    overChannels(channels, [&](Lanes part) __attribute__((always_inline)) {
      Floats total = {};
      for (int64_t i = 0; i < places; i++) total += part.read(dy + outputs[i]) * part.read(weights + ks[i]);
      part.write(dx, total);
    });
  }
}

// The gradient of the weights that one image gives, 9 x channels: the sums stay in registers.
void depthwiseWeightGradient(const DepthwiseShape& shape, const uint16_t* x, const uint16_t* dy, float* gradient) {
  const int64_t channels = shape.channels;
  overChannels(channels, [&](Lanes part) __attribute__((always_inline)) {
    Floats total[9] = {};
    for (int64_t top = 0; top < shape.outHeight; top++) {
      for (int64_t left = 0; left < shape.outWidth; left++) {
        const Floats upstream = part.read(dy + (top * shape.outWidth + left) * channels);
        const int64_t row = top * shape.stride - shape.padding, column = left * shape.stride - shape.padding;
        const uint16_t* const corner = x + (row * shape.width + column) * channels;
        const bool inside = row >= 0 && row + 3 <= shape.height && column >= 0 && column + 3 <= shape.width;
if (inside) {
#pragma GCC unroll 9
          for (int64_t k = 0; k < 9; k++)
            total[k] += part.read(corner + (k / 3 * shape.width + k % 3) * channels) * upstream;
          continue;
        }
#pragma GCC unroll 9
        for (int64_t k = 0; k < 9; k++) {
          const int64_t down = row + k / 3, right = column + k % 3;
          if (down >= 0 && down < shape.height && right >= 0 && right < shape.width)
            total[k] += part.read(corner + (k / 3 * shape.width + k % 3) * channels) * upstream;
        }
      }
    }
    for (int64_t k = 0; k < 9; k++) part.write(gradient + k * channels, total[k]);
  });
}

// depthwiseWeightGradient at stride 1. Each value of x is read three times, not nine.
void depthwiseWeightGradientOfAll(const DepthwiseShape& shape, const uint16_t* x, const uint16_t* dy, float* gradient) {
  const int64_t channels = shape.channels;
  overChannels(channels, [&](Lanes part) __attribute__((always_inline)) {
    Floats total[9] = {};
    for (int64_t top = 0; top < shape.outHeight; top++, dy += shape.outWidth * channels) {
      const Columns columns(shape, x, top, part);
      Floats ending = {}, middle = {};  // of dy, where the column is the window's last and second
      for (int64_t column = -shape.padding; column < shape.width; column++) {
        const int64_t left = column + shape.padding;
        const Floats starting = left < shape.outWidth ? part.read(dy + left * channels) : Floats{};
        if (column >= 0) {
#pragma GCC unroll 3
          for (int64_t r = 0; r < 3; r++) {
            const Floats value = columns.read(r, column);
            total[3 * r] += value * starting, total[3 * r + 1] += value * middle, total[3 * r + 2] += value * ending;
          }
        }
        ending = middle, middle = starting;
      }
    }
    dy -= shape.outHeight * shape.outWidth * channels;
    for (int64_t k = 0; k < 9; k++) part.write(gradient + k * channels, total[k]);
  });
}
