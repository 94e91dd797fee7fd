"""How the list grows: who joined, left and bounced, by week."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek

from audience.models import ConsentEvent, Subscriber
from publication.masthead import current

WEEKS = 26
What = ConsentEvent.What
JOINED = Q(what=What.CONFIRMED) | Q(what=What.IMPORTED, form=Subscriber.State.ACTIVE)
LEFT = Q(what__in=[What.LEFT, What.COMPLAINED])
BOUNCED = Q(what=What.BOUNCED)


@dataclass(frozen=True)
class Week:
    """Beginning on a Monday of the publication's time zone."""

    monday: date
    joined: int = 0
    left: int = 0
    bounced: int = 0


@dataclass(frozen=True)
class Bar:
    """One week as drawn: heights in the chart's own units."""

    week: Week
    x: int
    up: float
    left: float
    bounced: float


class Growth:
    """The last half year, as numbers and as a drawing 100 units high on either side of a line."""

    width = WEEKS * 20

    def __init__(self, now: datetime) -> None:
        self.weeks = weeks(now)
        self.top = max((max(w.joined, w.left + w.bounced) for w in self.weeks), default=0)

    @property
    def bars(self) -> list[Bar]:
        """Joined goes up, left and bounced go down, all to one scale."""
        unit = 100 / (self.top or 1)
        return [
            Bar(
                week,
                20 * at,
                round(week.joined * unit, 2),
                round(week.left * unit, 2),
                round(week.bounced * unit, 2),
            )
            for at, week in enumerate(self.weeks)
        ]


def weeks(now: datetime) -> list[Week]:
    """The last WEEKS weeks, the running one last, empty ones too."""
    zone = ZoneInfo(current().time_zone)
    today = now.astimezone(zone).date()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    counted = (
        ConsentEvent.objects.filter(at__gte=datetime.combine(first, time(), zone))
        .order_by()
        .annotate(week=TruncWeek("at", tzinfo=zone))
        .values("week")
        .annotate(
            joined=Count("pk", filter=JOINED),
            left=Count("pk", filter=LEFT),
            bounced=Count("pk", filter=BOUNCED),
        )
    )
    known = {
        row["week"].date(): Week(row["week"].date(), row["joined"], row["left"], row["bounced"])
        for row in counted
    }
    mondays = [first + timedelta(weeks=number) for number in range(WEEKS)]
    return [known.get(monday, Week(monday)) for monday in mondays]
