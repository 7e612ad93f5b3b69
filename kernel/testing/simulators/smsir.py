"""SMS.ir: the key in a header, JSON in, numbers by their place out, 0 and null for the refused ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernel.testing.simulators.server import Answered, Fault, Request, Simulator

REFUSALS = {Fault.REFUSED: (401, 10), Fault.CREDIT: (400, 102), Fault.BUSY: (429, 20)}


@dataclass
class SmsIrSimulator(Simulator):
    """The methods that the adapter uses, and `send/bulk`."""

    def is_sending(self, request: Request) -> bool:
        """`send/bulk`, `send/likeToLike` and `send/verify`."""
        return request.path in ("/v1/send/bulk", "/v1/send/likeToLike", "/v1/send/verify")

    def refusal(self, fault: Fault) -> Answered:
        """Status and code of an account-wide refusal."""
        return _failed(*REFUSALS[fault])

    def answer(self, request: Request) -> Answered:
        """Look at the key, then at the method."""
        if request.headers.get("x-api-key") != self.key:
            return _failed(401, 10)
        match request.method, request.path.removeprefix("/v1/").split("/"):
            case "POST", ["send", "bulk" | "likeToLike" as way]:
                return self._send(request.json(), way)
            case "POST", ["send", "verify"]:
                return self._verify(request.json())
            case "GET", ["send", reference]:
                return self._state(reference)
            case "GET", ["receive", "latest"]:
                return self._latest(request)
            case "GET", ["credit"]:
                return _done(1234567.5)
        return 404, {"status": 0, "message": "not found", "data": None}

    def _send(self, asked: Any, way: str) -> Answered:
        if not isinstance(asked, dict) or not isinstance(asked.get("lineNumber"), int):
            return _failed(400, 101)
        numbers = asked.get("mobiles") or []
        texts = asked.get("messageTexts") or []
        if way == "bulk":
            texts = [asked.get("messageText") or ""] * len(numbers)
        if not numbers:
            return _failed(400, 107)
        if len(numbers) > 100:
            return _failed(400, 105)
        if len(numbers) != len(texts):
            return _failed(400, 110)
        if any(not text for text in texts):
            return _failed(400, 103)
        if any(number in self.bad_numbers for number in numbers):
            return _failed(400, 104)
        given: list[int | None] = []
        for place, (number, text) in enumerate(zip(numbers, texts, strict=True)):
            if number in self.closed_numbers:
                given.append(0)
            elif self.partial and place % 2:
                given.append(None)
            else:
                given.append(int(self.accept(number, text, str(asked["lineNumber"])).reference))
        pack = "8d0c2a1e-0000-4000-8000-000000000001"
        return _done({"packId": pack, "messageIds": given, "cost": 1.5 * len(given)})

    def _verify(self, asked: Any) -> Answered:
        given = asked.get("parameters") if isinstance(asked, dict) else None
        if not isinstance(given, list) or not isinstance(asked.get("templateId"), int):
            return _failed(400, 113)
        if asked.get("mobile") in self.bad_numbers:
            return _failed(400, 104)
        text = self.templates.get(str(asked["templateId"]))
        if text is None:
            return _failed(400, 113)
        for each in given:
            if not each.get("name") or f"#{each['name']}#" not in text:
                return _failed(400, 116)
            if len(each.get("value", "")) > 25:
                return _failed(400, 114)
            text = text.replace(f"#{each['name']}#", each["value"])
        made = self.accept(asked["mobile"], text, "0")
        return _done({"messageId": int(made.reference), "cost": 1.0})

    def _state(self, reference: str) -> Answered:
        for entry in self.book:
            if entry.reference == reference:
                return _done(
                    {
                        "messageId": int(reference),
                        "mobile": int(entry.to),
                        "messageText": entry.text,
                        "sendDateTime": 1_795_850_000,
                        "lineNumber": int(entry.sender),
                        "cost": 1.0,
                        "deliveryState": self.states.get(reference),
                        "deliveryDateTime": None,
                    }
                )
        return _failed(400, 111)

    def _latest(self, request: Request) -> Answered:
        count = min(int(request.query.get("count", "100")), 100)
        taken, self.inbox[:] = self.inbox[:count], self.inbox[count:]
        return _done(
            [
                {
                    "receiveReturnId": int(each.reference),
                    "messageText": each.text,
                    "number": int(each.line),
                    "mobile": int(each.sender) if each.sender.isdecimal() else each.sender,
                    "receivedDateTime": each.at,
                }
                for each in taken
            ]
        )


def _done(data: Any) -> Answered:
    return 200, {"status": 1, "message": "موفق", "data": data}


def _failed(status: int, code: int) -> Answered:
    return status, {"status": code, "message": "خطا", "data": None}
