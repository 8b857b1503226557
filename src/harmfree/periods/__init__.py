"""When something is true: expressions, the reference evaluator, the kernel, the runners."""
