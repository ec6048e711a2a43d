"""When parcels arrive."""

from datetime import date, timedelta

from functions.api import UserFacingError, function
from functions.sources import get_source

SUNDAY = 6


@function(sources=["carrier"])
def deliveryDate(city: str, ordered: date) -> date:
    """The day on which a parcel arrives in a city that was ordered on another one: on Sundays nobody drives."""
    connection = get_source("carrier").get_https_connection()
    answer = connection.get_client().get(f"{connection.url}/v1/transit-times", params={"city": city})
    if answer.status_code == 404:
        raise UserFacingError(f"Nobody delivers to {city}.")
    answer.raise_for_status()
    day = ordered
    for _ in range(answer.json()["days"]):
        day += timedelta(days=1)
        if day.weekday() == SUNDAY:
            day += timedelta(days=1)
    return day
