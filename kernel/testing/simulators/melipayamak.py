"""MeliPayamak: forms in, `Value` and `RetStatus` out; received messages are told by a GET of the customer's template."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.testing.simulators.server import Answered, Fault, Inbound, Request, Simulator

REFUSALS = {Fault.REFUSED: 0, Fault.CREDIT: 2, Fault.BUSY: 6, Fault.PARTIAL: 11}
USERNAME = "clinic"


@dataclass
class MeliPayamakSimulator(Simulator):
    """The methods that the adapter uses. The password is `key`."""

    def number(self) -> int:
        """Nineteen digits, as the service's numbers have."""
        return 5_000_000_000_000_000_000 + super().number()

    def is_sending(self, request: Request) -> bool:
        """`SendSMS` and `BaseServiceNumber`."""
        return request.path in ("/api/SendSMS/SendSMS", "/api/SendSMS/BaseServiceNumber")

    def refusal(self, fault: Fault) -> Answered:
        """The code of an account-wide refusal."""
        return _told(str(REFUSALS[fault]), 9)

    def answer(self, request: Request) -> Answered:
        """Look at the account, then at the method."""
        form = request.form()
        if (form.get("username"), form.get("password")) != (USERNAME, self.key):
            return _told("0", 35)
        match request.path.removeprefix("/api/SendSMS/"):
            case "SendSMS":
                return self._send(form)
            case "BaseServiceNumber":
                return self._by_template(form)
            case "GetDeliveries2":
                return _told(str(self.states.get(form.get("recId", ""), 100)), 1)
            case "GetMessages":
                return self._messages(form)
        return 404, {"Message": "No HTTP resource was found"}

    def _send(self, form: dict[str, str]) -> Answered:
        numbers, text = form.get("to", "").split(","), form.get("text", "")
        if len(numbers) > 1 and "لغو11" not in text:
            return _told("15", 9)
        if not text or len(numbers) > 100:
            return _told("", 35)
        if "http" in text:
            return _told("14", 9)
        if any(number in self.bad_numbers for number in numbers):
            return _told("18", 9)
        if self.partial:
            # One message a request: the second half of nothing is a refusal of the whole.
            return _told(str(REFUSALS[Fault.PARTIAL]), 9)
        made = [self.accept(number, text, form.get("from", "")) for number in numbers]
        for entry in made:
            self.states[entry.reference] = 35 if entry.to in self.closed_numbers else 0
        return _told(made[0].reference, 1)

    def _by_template(self, form: dict[str, str]) -> Answered:
        number, values = form.get("to", ""), form.get("text", "").split(";")
        if "," in number:
            return _told("-2", 35)
        text = self.templates.get(form.get("bodyId", ""))
        if text is None:
            return _told("-4", 35)
        if len(values) != text.count("{"):
            return _told("-5", 35)
        if any("http" in each for each in values):
            return _told("-10", 35)
        if number in self.bad_numbers:
            return _told("18", 9)
        for place, value in enumerate(values):
            text = text.replace(f"{{{place}}}", value)
        return _told(self.accept(number, text, "service").reference, 1)

    def _messages(self, form: dict[str, str]) -> Answered:
        newest = [each for each in reversed(self.inbox) if form.get("from") in ("", each.line)]
        start, count = int(form.get("index", "0")), min(int(form.get("count", "100")), 100)
        data = [
            {
                "MsgID": int(each.reference),
                "Body": each.text,
                "SenderNumber": each.sender,
                "RecipientNumber": each.line,
                "SendDate": f"/Date({each.at * 1000}+0330)/",
            }
            for each in newest[start : start + count]
        ]
        return 200, {"MyBase": _told("", 1)[1], "Data": data}

    def callbacks(self, inbound: Inbound) -> tuple[str, dict[str, str]]:
        """The template `?to=$TO$&body=$TEXT$&from=$FROM$`: no number of the message, no time."""
        return "GET", {"to": inbound.line, "body": inbound.text, "from": inbound.sender}


def _told(value: str, status: int) -> Answered:
    return 200, {"Value": value, "RetStatus": status, "StrRetStatus": "Ok" if status == 1 else "InvalidData"}
