"""The same addresses fetched by httpx and thrown away: BASE FEEDS AGAIN. What polling cannot beat
by much, since it asks through httpx too."""

import asyncio
import sys
from pathlib import Path

import httpx

sys.path[:0] = [str(Path(__file__).parents[1])]
from common.measure import cpu, tell, timed

AT_ONCE = 200
Validators = dict[str, dict[str, str]]


async def fetch(urls: list[str], validators: Validators, status: int) -> None:
    places = asyncio.Semaphore(AT_ONCE)
    # Kept connections are looked through for every request: without them httpx is at its best.
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
    async with httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) as client:

        async def one(url: str) -> None:
            async with places:
                answer = await client.get(url, headers=validators.get(url))
            if answer.status_code != status:
                raise SystemExit(f"{url} answered {answer.status_code}")
            validators[url] = {
                "If-None-Match": answer.headers["etag"],
                "If-Modified-Since": answer.headers["last-modified"],
            }

        await asyncio.gather(*map(one, urls))


def main(base: str, count: int, again: int) -> None:
    urls = [f"{base}/{number:04d}.xml" for number in range(count)]
    validators: Validators = {}
    used = cpu()
    first = timed(lambda: asyncio.run(fetch(urls, validators, 200)))
    used = cpu() - used
    seconds = [timed(lambda: asyncio.run(fetch(urls, validators, 304))) for _ in range(again)]
    tell(first=first, cpu=used, again=seconds)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
