"""Kavenegar: the key in the path, forms in, an envelope with `return` and `entries` out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from kernel.testing.simulators.server import Answered, Fault, Inbound, Request, Simulator

LONGEST = 900
TOKENS = {"token": 0, "token2": 0, "token3": 0, "token10": 5, "token20": 8}
"""Variables of approved templates, and how many spaces each may hold."""
REFUSALS = {Fault.REFUSED: 403, Fault.CREDIT: 418, Fault.BUSY: 451}


@dataclass
class KavenegarSimulator(Simulator):
    """The methods that the adapter uses, and `sms/send`."""

    def is_sending(self, request: Request) -> bool:
        """`sms/send`, `sms/sendarray` and `verify/lookup`."""
        return request.path.endswith(("/sms/send.json", "/sms/sendarray.json", "/verify/lookup.json"))

    def refusal(self, fault: Fault) -> Answered:
        """The code of an account-wide refusal."""
        return _failed(REFUSALS[fault])

    def answer(self, request: Request) -> Answered:
        """Look at the key, then at the method."""
        _empty, version, key, *method = request.path.split("/")
        if version != "v1" or unquote(key) != self.key:
            return _failed(403)
        known = {
            "sms/send.json": self._send,
            "sms/sendarray.json": self._send_array,
            "verify/lookup.json": self._look_up,
            "sms/status.json": self._status,
            "sms/statuslocalmessageid.json": self._status_by_local,
            "sms/receive.json": self._receive,
            "account/info.json": self._info,
        }
        found = known.get("/".join(method))
        return found(request) if found else _failed(404)

    def _send(self, request: Request) -> Answered:
        form = request.form()
        numbers = form.get("receptor", "").split(",")
        local = form["localid"].split(",") if form.get("localid") else [None] * len(numbers)
        texts, senders = [form.get("message", "")] * len(numbers), [form.get("sender", "")] * len(numbers)
        return self._taken(numbers, texts, senders, local)

    def _look_up(self, request: Request) -> Answered:
        form = request.form()
        if not form.get("receptor") or not form.get("template") or not form.get("token"):
            return _failed(400)
        if form["receptor"] in self.bad_numbers:
            return _failed(411)
        text = self.templates.get(form["template"])
        if text is None:
            return _failed(424)
        for name, spaces in TOKENS.items():
            value = form.get(name, "")
            if len(value) > 100 or value.count(" ") > spaces or "_" in value or "\n" in value:
                return _failed(431)
        for name in reversed(TOKENS):
            text = text.replace(f"%{name}", form.get(name, ""))
        made = self.accept(form["receptor"], text, "service")
        self.states.setdefault(made.reference, 5)
        return _done([self._entry(int(made.reference), 5, made.to, text, made.sender)])

    def _send_array(self, request: Request) -> Answered:
        if request.method != "POST":
            return _failed(405)
        form = request.form()
        try:
            numbers, texts, senders = (json.loads(form[name]) for name in ("receptor", "message", "sender"))
            local = json.loads(form.get("localmessageids", "null")) or [None] * len(numbers)
        except (KeyError, ValueError):
            return _failed(400)
        return self._taken(numbers, texts, senders, local)

    def _taken(self, numbers: list[str], texts: list[str], senders: list[str], local: list[Any]) -> Answered:
        if not len(numbers) == len(texts) == len(senders) == len(local):
            return _failed(419)
        if len(numbers) > 200:
            return _failed(414)
        if any(not number or number in self.bad_numbers for number in numbers):
            return _failed(411)
        if any(not text or len(text) > LONGEST for text in texts):
            return _failed(413)
        entries = []
        for place, (number, text, sender, ours) in enumerate(
            zip(numbers, texts, senders, local, strict=True)
        ):
            if self.partial and place % 2:
                entries.append(self._entry(0, 6, number, text, sender))
                continue
            made = self.accept(number, text, sender, None if ours is None else int(ours))
            self.states.setdefault(made.reference, 14 if number in self.closed_numbers else 1)
            entries.append(
                self._entry(int(made.reference), self.states[made.reference], number, text, sender)
            )
        return _done(entries)

    @staticmethod
    def _entry(number: int, status: int, receptor: str, text: str, sender: str) -> dict[str, Any]:
        return {
            "messageid": number,
            "message": text,
            "status": status,
            "statustext": "در صف ارسال",
            "sender": sender,
            "receptor": receptor,
            "date": 1_795_850_000,
            "cost": 120,
        }

    def _status(self, request: Request) -> Answered:
        asked = request.form().get("messageid", "").split(",")
        if len(asked) > 500:
            return _failed(414)
        return _done([{"messageid": int(each), "status": self.states.get(each, 100)} for each in asked])

    def _status_by_local(self, request: Request) -> Answered:
        ours = request.form().get("localid", "")
        for entry in self.book:
            if str(entry.client_id) == ours:
                number = int(entry.reference)
                return _done([{"messageid": number, "localid": ours, "status": self.states[entry.reference]}])
        return _done([{"messageid": 0, "localid": ours, "status": 100}])

    def _receive(self, request: Request) -> Answered:
        form = request.form()
        if not form.get("linenumber") or form.get("isread") not in ("0", "1"):
            return _failed(406)
        mine = [each for each in self.inbox if each.line == form["linenumber"]][:100]
        for each in mine:
            self.inbox.remove(each)
        return _done(
            [
                {
                    "messageid": int(each.reference),
                    "message": each.text,
                    "sender": each.sender,
                    "receptor": each.line,
                    "date": each.at,
                }
                for each in mine
            ]
        )

    def _info(self, _request: Request) -> Answered:
        return _done({"remaincredit": 4_500_000, "expiredate": 1_900_000_000, "type": "master"})

    def callbacks(self, inbound: Inbound) -> tuple[str, dict[str, str]]:
        """A received message, as a form."""
        return "POST", {
            "messageid": inbound.reference,
            "from": inbound.sender,
            "to": inbound.line,
            "message": inbound.text,
            "date": str(inbound.at),
        }

    def report(self, reference: str, status: int) -> dict[str, str]:
        """The parameters of a delivery report."""
        self.states[reference] = status
        return {"messageid": reference, "status": str(status)}


def _done(entries: Any) -> Answered:
    return 200, {"return": {"status": 200, "message": "تایید شد"}, "entries": entries}


def _failed(code: int) -> Answered:
    return code, {"return": {"status": code, "message": "خطا"}, "entries": None}
