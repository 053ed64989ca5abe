/** Asks for the server's token. Browser-safe. */
import { useState } from 'preact/hooks';
import { setToken } from '../api.js';

export function TokenForm({ onToken }: { readonly onToken: () => void }) {
  const [token, change] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    setToken(token.trim());
    onToken();
  };
  return (
    <main class="token">
      <form class="card" onSubmit={submit}>
        <h1>This server asks for a token</h1>
        <p class="hint">The one in its --token-file or POSTER_TOKEN. It is kept until this tab is closed.</p>
        <label>
          Token
          <input
            type="password"
            value={token}
            autocomplete="off"
            required
            onInput={({ currentTarget }) => change(currentTarget.value)}
          />
        </label>
        <button type="submit" class="main">
          Open
        </button>
      </form>
    </main>
  );
}
