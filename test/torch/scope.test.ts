import assert from 'node:assert/strict';
import { keep, scope } from '../../src/torch/scope.js';
import { fromNumbers, liveTensors, type Tensor } from '../../src/torch/tensor.js';
import { torchTest } from '../support/torch.js';

const make = () => fromNumbers([1, 2, 3]);

torchTest('a scope frees what is made in it', () => {
  const before = liveTensors();
  scope(() => {
    make();
    make();
    assert.equal(liveTensors(), before + 2);
  });
  assert.equal(liveTensors(), before);
});

torchTest('what a scope returns lives on: alone, in arrays, maps and plain objects', () => {
  class Holder {
    readonly tensor = make();
  }
  const { alone, list, map, nested, holder } = scope(() => ({
    alone: make(),
    list: [make(), make()],
    map: new Map([['a', make()]]),
    nested: { deep: { tensor: make() } },
    holder: new Holder(),
  }));
  const kept = [alone, ...list, map.get('a')!, nested.deep.tensor];
  assert.deepEqual(
    kept.map((tensor) => tensor.disposed),
    [false, false, false, false, false],
  );
  assert.equal(holder.tensor.disposed, true, 'instances of classes are not searched');
  for (const tensor of kept) tensor.dispose();
});

torchTest('scopes nest: a result passes to the scope around', () => {
  let inner: Tensor | undefined;
  scope(() => {
    inner = scope(make);
    assert.equal(inner.disposed, false);
  });
  assert.equal(inner!.disposed, true);
});

torchTest('a kept tensor outlives every scope', () => {
  const tensor = scope(() => keep(scope(make)));
  assert.equal(tensor.disposed, false);
  tensor.dispose();
});

torchTest('a scope that throws frees everything, and the scope around goes on', () => {
  scope(() => {
    const outer = make();
    const before = liveTensors();
    assert.throws(
      () =>
        scope(() => {
          make();
          throw new Error('on the way');
        }),
      { message: 'on the way' },
    );
    assert.equal(liveTensors(), before);
    make();
    assert.equal(outer.disposed, false);
  });
});

torchTest('a scope refuses promises', () => {
  let made: Tensor | undefined;
  const work = async () => {
    made = make();
    await Promise.resolve();
    throw new Error('nobody listens');
  };
  assert.throws(() => scope(work), {
    code: 'option.invalid',
    message:
      'A scope ends when its function returns, so the function must not be async, but it returned a promise.',
  });
  assert.equal(made!.disposed, true);
});

torchTest('dispose may be called again; any other use throws', () => {
  const tensor = make();
  tensor.dispose();
  tensor.dispose();
  tensor[Symbol.dispose]();
  assert.equal(tensor.disposed, true);
  const uses = [
    () => tensor.shape,
    () => tensor.toHost(),
    () => tensor.grad,
    () => tensor.requiresGrad,
    () => tensor.setRequiresGrad(true),
    () => tensor.handle,
  ];
  for (const use of uses) assert.throws(use, { code: 'disposed' });
});

torchTest('the garbage collector frees what was forgotten', async () => {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const before = liveTensors();
  for (let i = 0; i < 100; i++) make();
  for (let i = 0; i < 1000 && liveTensors() > before; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(liveTensors(), before);
});
