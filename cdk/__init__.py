"""WallCrawler's infrastructure on AWS, one CloudFormation stack for each environment.

- `settings.py` says how the environments differ, `context.py` what one deployment is told (`-c`).
- Each other module is one construct: one concern, which makes its own resources and asks for those
  of others as arguments. None grants anything to another.
- `stack.py` composes them, grants, and opens security groups: who may do what is read there.
- `main.py` is the program that the CDK CLI runs.

Imports `shared` for names and limits, and aws-cdk-lib; never a program.
"""
