"""A plain page for trying queries, shown to browsers in development only; it loads nothing from anywhere."""

from __future__ import annotations

from typing import Final

from starlette.responses import HTMLResponse

__all__ = ["try_page", "wants_page"]

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Vekst GraphQL</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 70rem; padding: 0 1rem; }
  label { display: block; margin-top: .75rem; font-weight: 600; }
  textarea, input, pre { box-sizing: border-box; padding: .5rem; width: 100%; }
  textarea, input, pre { font: .875rem/1.5 ui-monospace, monospace; }
  button { font: inherit; margin-top: .75rem; padding: .4rem 1.5rem; }
  pre { background: #8881; min-height: 3rem; overflow: auto; white-space: pre-wrap; }
</style>
<h1>Vekst GraphQL</h1>
<p>A token comes from <code>vekst token --org KEY --as PERSON</code>; it stays in this tab.</p>
<form>
  <label for="token">Token</label><input id="token" autocomplete="off" spellcheck="false">
  <label for="query">Query</label>
  <textarea id="query" rows="16" spellcheck="false">{
  me {
    name
    points { total effort }
    streaks { streak { title } current longest state }
  }
}</textarea>
  <label for="variables">Variables</label><textarea id="variables" rows="3" spellcheck="false">{}</textarea>
  <button>Run</button>
</form>
<label for="answer">Answer</label><pre id="answer" role="status"></pre>
<script>
  const field = (id) => document.getElementById(id);
  field("token").value = sessionStorage.getItem("token") ?? "";
  document.forms[0].addEventListener("submit", async (event) => {
    event.preventDefault();
    const token = field("token").value.trim();
    sessionStorage.setItem("token", token);
    try {
      const answer = await fetch(location.pathname, {
        method: "POST",
        headers: {
          "Accept": "application/graphql-response+json",
          "Content-Type": "application/json",
          ...(token && { "Authorization": `Bearer ${token}` }),
        },
        body: JSON.stringify({
          query: field("query").value,
          variables: JSON.parse(field("variables").value || "{}"),
        }),
      });
      field("answer").textContent = JSON.stringify(await answer.json(), null, 2);
    } catch (error) {
      field("answer").textContent = String(error);
    }
  });
</script>
</html>
"""
_POLICY: Final = (
    "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def wants_page(method: str, accept: str) -> bool:
    """Whether a browser asks to be shown something."""
    return method == "GET" and "text/html" in accept


def try_page() -> HTMLResponse:
    """The page."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"})
