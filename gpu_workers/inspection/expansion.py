"""How many nodes a model has once its functions are written out, as ONNX Runtime does before it runs them."""

from .graphs import Key, Proto, called, functions, nodes_of
from .rules import MAX_EXPANDED, MAX_FUNCTIONS, cyclic_functions, too_many, unbounded_functions


def expanded_nodes(model: Proto) -> int:
    """Raises Refused for a function that calls itself, and where functions are many or grow beyond all bounds."""
    if len(model.functions) > MAX_FUNCTIONS:
        raise too_many("functions", MAX_FUNCTIONS)
    defined = functions(model)
    if not defined:
        return 0
    calls = {key: [called(node) for node in nodes_of(body.node)] for key, body in defined.items()}
    sizes: dict[Key, int] = {}
    for key in _callees_first(calls):
        sizes[key] = sum(sizes.get(callee, 1) if callee in defined else 1 for callee in calls[key])
        if sizes[key] > MAX_EXPANDED:
            raise unbounded_functions()
    total = sum(sizes.get(called(node), 1) for node in nodes_of(model.graph.node))
    if total > MAX_EXPANDED:
        raise unbounded_functions()
    return total


def _callees_first(calls: dict[Key, list[Key]]) -> list[Key]:
    """Depth first without recursion: a chain of functions may be long."""
    order: list[Key] = []
    finished: set[Key] = set()
    for root in calls:
        path, stack = [root], [iter(calls[root])]
        on_path = {root}
        if root in finished:
            continue
        while stack:
            callee = next((key for key in stack[-1] if key in calls and key not in finished), None)
            if callee is None:
                stack.pop()
                done = path.pop()
                on_path.discard(done)
                finished.add(done)
                order.append(done)
            elif callee in on_path:
                raise cyclic_functions(callee[1])
            else:
                path.append(callee)
                on_path.add(callee)
                stack.append(iter(calls[callee]))
    return order
