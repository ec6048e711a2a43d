"""What a function wants to change. Foundry: "Ontology edits" (Python)."""

from __future__ import annotations

from typing import Any, Generic, NoReturn, Optional, TypeVar

from functions._values import WrongValue
from ontology_sdk._objects import OntologyObject, class_of, primary_key_of
from ontology_sdk._property_values import read_property, write_property
from ontology_sdk._types import LinkFacts, ObjectType, object_type, snake_case

Edit = dict[str, Any]

_Target = TypeVar("_Target")


class OntologyEdits:
    """Collects edits in the order in which the code makes them."""

    def __init__(self) -> None:
        self._edits: list[Edit] = []

    @property
    def objects(self) -> EditedTypes:
        return EditedTypes(self._edits)

    def get_edits(self) -> list[Edit]:
        """A copy of what was asked for so far, for the function to return."""
        return [
            {**edit, "properties": dict(edit["properties"])} if "properties" in edit else dict(edit)
            for edit in self._edits
        ]


class EditedTypes:
    """Object types by API name: `edits.objects.Employee`."""

    def __init__(self, edits: list[Edit]) -> None:
        self._edits = edits

    def __getattr__(self, name: str) -> EditedType:
        return EditedType(self._edits, object_type(name))


class EditedType:
    def __init__(self, edits: list[Edit], of: ObjectType) -> None:
        self._edits = edits
        self._of = of

    def create(self, primary_key: Any, **properties: Any) -> EditableObject:
        """A new object, with the properties that are given."""
        of = self._of
        key = primary_key_of(primary_key, of)
        edit: Edit = {
            "type": "createObject",
            "obj": {"type": "object", "apiName": of.api_name},
            "properties": {of.primary_key: key},
        }
        created = EditableObject(self._edits, of, key, {of.primary_key: key}, edit)
        for name, value in properties.items():
            setattr(created, name, value)
        self._edits.append(edit)
        return created

    def edit(self, obj: Any) -> EditableObject:
        """
        An object to be changed by assignments.

        :param obj: it, or its primary key
        """
        known = obj._json if isinstance(obj, OntologyObject) else None
        return EditableObject(self._edits, self._of, primary_key_of(obj, self._of), known, None)

    def delete(self, obj: Any) -> None:
        """:param obj: it, or its primary key"""
        self._edits.append({"type": "deleteObject", "obj": _locator(self._of, primary_key_of(obj, self._of))})


class EditableObject:
    """
    An object to which properties are assigned. What was assigned is read again; everything else is as it was before.
    Links: `employee.boss.set(other)` and `.clear()`, `employee.reports.add(other)` and `.remove(other)`.
    """

    def __init__(self, edits: list[Edit], of: ObjectType, key: Any, known: Any, edit: Optional[Edit]) -> None:
        # Through the dict of the object, since attributes are properties.
        self.__dict__.update(_edits=edits, _of=of, _key=key, _known=known, _edit=edit)

    def get_api_name(self) -> str:
        return self._of.api_name

    def get_primary_key(self) -> Any:
        return read_property(self._key, self._of.properties[self._of.primary_key])

    def __setattr__(self, name: str, value: Any) -> None:
        of = self._of
        found = of.property_named(name)
        if found is None:
            if of.link_named(name):
                raise AttributeError(f"{of.api_name}.{name} is a link: use set, clear, add or remove.")
            raise of.unknown(name)
        if found == of.primary_key and write_property(value, of.properties[found]) != self._key:
            raise AttributeError(f"{of.api_name}.{name} is the primary key, which does not change.")
        try:
            self._changes()[found] = write_property(value, of.properties[found])
        except WrongValue as error:
            raise error.within(f"{of.api_name}.{snake_case(found)}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        of = self._of
        found = of.property_named(name)
        if found is not None:
            changed = self._edit["properties"] if self._edit else {}
            json = changed[found] if found in changed else self._before().get(found)
            return read_property(json, of.properties[found])
        link = of.link_named(name)
        if link is None:
            raise of.unknown(name)
        facts = of.links[link]
        return (LinkToMany if facts["many"] else LinkToOne)(self, link, facts)

    def _changes(self) -> dict[str, Any]:
        if self._edit is None:
            edit: Edit = {"type": "updateObject", "obj": _locator(self._of, self._key), "properties": {}}
            self._edits.append(edit)
            self.__dict__["_edit"] = edit
        return self._edit["properties"]

    def _before(self) -> Any:
        if self._known is None:
            from ontology_sdk._object_sets import all_class_of

            found = all_class_of(self._of.api_name)().get(self.get_primary_key())
            self.__dict__["_known"] = found._json
        return self._known

    def __repr__(self) -> str:
        return f"Editable{class_of(self._of.api_name).__name__}({self.get_primary_key()!r})"


class EditableLink:
    """A link of an object that is edited."""

    def __init__(self, source: EditableObject, name: str, facts: LinkFacts) -> None:
        self._source = source
        self._name = name
        self._facts = facts

    def _append(self, kind: str, target: Any) -> None:
        of = object_type(self._facts["target"])
        source = self._source
        edit = {"type": kind, "apiName": self._name, "source": _locator(source._of, source._key)}
        source._edits.append({**edit, "target": _locator(of, primary_key_of(target, of))})

    def __getattr__(self, name: str) -> NoReturn:
        if name not in ("set", "clear", "add", "remove"):
            raise AttributeError(name)
        how, use = ("many objects", "add and remove") if self._facts["many"] else ("one object", "set and clear")
        raise TypeError(f"{self._source._of.api_name}.{snake_case(self._name)} links {how}: use {use}.")


class LinkToOne(EditableLink, Generic[_Target]):
    """A link to at most one object."""

    def set(self, target: _Target) -> None:
        """Links an object, or that of a primary key, in place of any other."""
        self._append("addLink", target)

    def clear(self) -> None:
        """Takes the link away."""
        self._source._changes()[str(self._facts["foreignKey"])] = None


class LinkToMany(EditableLink, Generic[_Target]):
    """A link to any number of objects."""

    def add(self, target: _Target) -> None:
        """Links an object, or that of a primary key, as well."""
        self._append("addLink", target)

    def remove(self, target: _Target) -> None:
        self._append("removeLink", target)


def _locator(of: ObjectType, key: Any) -> Edit:
    return {"$apiName": of.api_name, "$primaryKey": key}
