"""What a model is asked about a page, and what of its answer is believed.

1. `prompts` builds a `Prompt`: what to do (`system`), the user's words (`request`), the page
   (`page`) and the JSON Schema of the answer (`schemas`).
2. `fence` puts the page between delimiters it cannot forge: whatever it says is data. `hiding`
   has taken the values of variables out of it before, `budget` what is too much.
3. An adapter (`transport.models`) sends it; `answers` decodes what comes back and says what is
   wrong with it, so that the model can be asked once more.
4. `choices` turns an answer into methods on elements of the very snapshot the model saw. What it
   may do is checked here and not left to the prompt: a page that talks a model into something else
   gets as far as an error.
"""
