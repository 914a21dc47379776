"""The channel layer of web, dispatcher and workers: Channels over Valkey's publish and subscribe.

`channels_redis` keeps the channels and groups, redis-py makes the connections; between the two, each message went
through a pool, a retry and a time limit at either end, which cost more than what the message was about. Here a message
is one write, whose reply is not asked for, and one callback. What is lost with a connection is lost, as ever: a message
is a hint. A connection that was lost is made anew, and what was subscribed to is subscribed to again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import hiredis
from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer, RedisSingleShardConnection
from channels_redis.utils import _wrap_close, create_pool, decode_hosts
from redis.exceptions import ConnectionError as Lost

log = logging.getLogger(__name__)
PAUSE = 0.2
"""Seconds between two attempts to listen again."""
UNSENT = 64 * 2**20
"""Bytes that may wait for a Valkey that does not read."""


class ChannelLayer(RedisPubSubChannelLayer):  # type: ignore[misc]  # channels_redis has no types
    """As its base, with `hosts=[address]`."""

    on_reconnect: Callable[[], Awaitable[None]] | None = None
    """Called when it listens again after it was cut off, and may have missed messages."""

    def _get_layer(self) -> "LoopLayer":
        loop = asyncio.get_running_loop()
        layer: LoopLayer | None = self._layers.get(loop)
        if layer is None:
            layer = self._layers[loop] = LoopLayer(*self._args, **self._kwargs, channel_layer=self)
            _wrap_close(self, loop)
        return layer


class LoopLayer(RedisPubSubLoopLayer):  # type: ignore[misc]
    """The layer of one event loop."""

    def __init__(self, hosts: list[str], **options: Any) -> None:
        super().__init__(hosts, **options)
        self._shards = [Shard(host, self) for host in decode_hosts(hosts)]

    async def _subscribe_to_channel(self, channel: str) -> None:
        """A channel that could not be subscribed to is none: who asks again subscribes again."""
        try:
            await super()._subscribe_to_channel(channel)
        except BaseException:
            self.channels.pop(channel, None)
            raise

    async def leave(self, channel: str) -> None:
        """Gives up a channel that nobody reads any more, and its place in groups: whoever stops receiving just as a
        message comes leaves it subscribed, and what is sent to it would be kept for ever."""
        for group in [name for name, members in self.groups.items() if channel in members]:
            self.groups[group].discard(channel)
            if not self.groups[group]:
                del self.groups[group]
                await self._get_shard(group).unsubscribe(group)
        if self.channels.pop(channel, None) is not None:
            await self._get_shard(channel).unsubscribe(channel)


class Shard(RedisSingleShardConnection):  # type: ignore[misc]
    """One Valkey: a connection that speaks, and one that listens."""

    def __init__(self, host: dict[str, Any], layer: RedisPubSubLoopLayer) -> None:
        super().__init__(host, layer)
        self._speaking: Wire | None = None
        self._listening: Wire | None = None
        self._confirmed: dict[str, asyncio.Future[None]] = {}
        self._again: asyncio.Task[None] | None = None

    async def publish(self, channel: str, message: bytes) -> None:
        """Returns when it is handed to the network. Raises redis-py's ConnectionError, or another of its errors."""
        wire = self._speaking
        if wire is None or wire.closed:
            async with self._lock:
                wire = self._speaking
                if wire is None or wire.closed:
                    wire = self._speaking = await Wire.to(self.host, lambda reply: None, lambda: None)
                    wire.send("CLIENT", "REPLY", "OFF")
        wire.send("PUBLISH", channel, message)

    async def subscribe(self, channel: str) -> None:
        """Returns when it hears what is published from now on."""
        async with self._lock:
            if channel in self._subscribed_to:
                return
            if self._listening is None or self._listening.closed:
                await self._listen(*self._subscribed_to, channel)
            else:
                await self._ask(self._listening, channel)
            self._subscribed_to.add(channel)

    async def unsubscribe(self, channel: str) -> None:
        async with self._lock:
            self._subscribed_to.discard(channel)
            if self._listening is not None and not self._listening.closed:
                self._listening.send("UNSUBSCRIBE", channel)

    async def flush(self) -> None:
        async with self._lock:
            self._subscribed_to.clear()
            if self._again is not None:
                self._again.cancel()
            for wire in (self._speaking, self._listening):
                if wire is not None:
                    wire.close()
            self._speaking = self._listening = None

    async def _listen(self, *channels: str) -> None:
        """On a connection made anew, in the place of one that was lost: all are heard on one, so each message once."""
        wire = await Wire.to(self.host, self._heard, self._lost)
        try:
            await self._ask(wire, *channels)
        except BaseException:
            wire.close()
            raise
        self._listening = wire

    async def _ask(self, wire: "Wire", *channels: str) -> None:
        """SUBSCRIBE, confirmed. Raises ConnectionError where the connection is lost meanwhile. Given up before it is
        confirmed, it is taken back."""
        loop = asyncio.get_running_loop()
        confirmed = self._confirmed = {name: loop.create_future() for name in channels}
        try:
            wire.send("SUBSCRIBE", *channels)
            await asyncio.gather(*confirmed.values())
            if wire.closed:  # a moment after it confirmed
                raise Lost("the connection to Valkey was lost")
        except asyncio.CancelledError:
            with suppress(Lost):
                wire.send("UNSUBSCRIBE", *channels)
            raise
        finally:
            self._confirmed = {}

    def _heard(self, reply: Any) -> None:
        if not isinstance(reply, list) or len(reply) != 3:
            return
        kind, channel, data = reply
        if kind == b"message":
            self._receive_message({"channel": channel, "data": data})
        elif kind == b"subscribe":
            confirmed = self._confirmed.get(channel.decode())
            if confirmed is not None and not confirmed.done():
                confirmed.set_result(None)

    def _lost(self) -> None:
        for confirmed in self._confirmed.values():
            if not confirmed.done():
                confirmed.set_exception(Lost("the connection to Valkey was lost"))
        if self._subscribed_to and (self._again is None or self._again.done()):
            log.warning("the connection to Valkey was lost; what is published meanwhile is not heard")
            self._again = asyncio.get_running_loop().create_task(self._listen_again())

    async def _listen_again(self) -> None:
        while self._subscribed_to:
            try:
                async with self._lock:
                    if self._listening is None or self._listening.closed:  # else somebody who subscribed was faster
                        await self._listen(*self._subscribed_to)
                log.info("listening to Valkey again")
                when_again = self.channel_layer.channel_layer.on_reconnect
                if when_again is not None:
                    await when_again()
            except Exception as error:  # whatever it is, there is nothing else to do than to go on trying
                log.debug("Valkey is still away: %s", error)
                await asyncio.sleep(PAUSE)
                continue
            if self._listening is not None and not self._listening.closed:  # it may have been lost again meanwhile
                return


class Wire(asyncio.Protocol):
    """A connection as redis-py makes it, with its name, password and TLS; from then on its bytes come here."""

    def __init__(self, connection: Any, heard: Callable[[Any], None], lost: Callable[[], None]) -> None:
        self._heard, self._when_lost = heard, lost
        self._reader = hiredis.Reader()
        self._writer: asyncio.StreamWriter = connection._writer
        connection._writer = connection._reader = None  # it is ours now: else it would be closed with that object
        self._transport = self._writer.transport
        self._transport.set_protocol(self)
        self.closed = self._transport.is_closing()

    @classmethod
    async def to(cls, host: dict[str, Any], heard: Callable[[Any], None], lost: Callable[[], None]) -> "Wire":
        connection = create_pool(host).make_connection()
        try:
            await connection.connect()
        except BaseException:  # given up while it greeted, too
            await connection.disconnect(nowait=True)
            raise
        return cls(connection, heard, lost)

    def send(self, *command: str | bytes) -> None:
        if self.closed or self._transport.get_write_buffer_size() > UNSENT:
            raise Lost("the connection to Valkey was lost" if self.closed else "Valkey does not read")
        self._transport.write(hiredis.pack_command(command))  # type: ignore[arg-type]  # it takes str and bytes mixed

    def close(self) -> None:
        self._when_lost = lambda: None
        self._writer.close()

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            self._heard(reply)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        self._when_lost()
