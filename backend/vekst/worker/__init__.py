"""The worker: arq jobs and a sweep that have pending events judged; every piece of work goes through a service."""
