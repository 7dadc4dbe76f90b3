"""A to-do list for the household."""

from pathlib import Path

from unhear.skills.shopping_list import ShoppingList


class ToDoList(ShoppingList):
    """Like the shopping list, of things to do."""

    name = "todo_list"
    remembers = "the things on the to-do list"
    sentences = Path(__file__).parent / "sentences"
