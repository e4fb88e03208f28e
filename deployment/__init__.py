"""From this repository to a running system on AWS: what `./wallcrawler deploy` does, step by step.

- **packaging**: what `chalice package` and `chalice deploy` put into the Lambda's zip.
- **repeatable**: `chalice deploy` and `delete` may be run again after they have failed.
- **stage_config**, **functions**: `.chalice/config.json` from the outputs of the CDK stack, and
  `chalice deploy` with it.
- **checks**, **plan**, **steps**: what is missing, what is to be done, and doing it; each step is
  a command that a person could type.
- **push**, **canary**, **smoke**, **tasks**: steps that are programs of their own.

Runs on an operator's machine or in CI, never in Lambda or in the container, and imports neither.
"""
