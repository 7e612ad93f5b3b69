"""One form with every kind of field."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FieldList,
    FileField,
    Form,
    FormField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Email, InputRequired, Length, Optional

CITIES = [("tabriz", "تبریز"), ("shiraz", "شیراز"), ("rasht", "رشت")]


class LookupField(StringField):
    """A link to a record."""

    kind = "lookup"
    lookup_url = "/lookup"
    lookup_label = ""


class PhoneForm(Form):
    """One phone of a party."""

    number = TelField("شماره", [InputRequired("شماره را بنویسید.")])
    kind = SelectField("نوع", choices=[("mobile", "همراه"), ("office", "محل کار")])


class PartyForm(Form):
    """A party with all that can be asked of one."""

    name = StringField("نام", [InputRequired("نام را بنویسید."), Length(max=60)])
    group = LookupField("گروه")
    born = DateField("زادروز", [Optional()], description="به تاریخ خورشیدی")
    visit_at = TimeField("ساعت نوبت", [Optional()])
    credit = StringField("سقف اعتبار")
    children = IntegerField("شمار فرزندان", [Optional()])
    email = EmailField("رایانامه", [Optional(), Email("نشانی رایانامه درست نیست.")])
    password = PasswordField("گذرواژه")
    city = SelectField("شهر", choices=CITIES)
    gender = RadioField("جنسیت", choices=[("f", "زن"), ("m", "مرد")], default="f")
    interests = SelectMultipleField(
        "علاقه‌ها", choices=[("rug", "فرش"), ("insurance", "بیمه"), ("course", "آموزش")]
    )
    active = BooleanField("مشتری فعال است", default=True)
    photo = FileField("تصویر")
    note = TextAreaField("یادداشت")
    phones = FieldList(FormField(PhoneForm), min_entries=1)

    @staticmethod
    def blank() -> PhoneForm:
        """The sub-form from which a new row is made in the browser."""
        return PhoneForm(prefix="phones-__index__-")
