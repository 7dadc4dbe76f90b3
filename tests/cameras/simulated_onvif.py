"""A camera that speaks ONVIF: a real HTTP server with SOAP, signed in to by a digest, and a probe.

Written from the specifications (ONVIF Core, Media and Event; WS-Security UsernameToken 1.0;
WS-Discovery 1.1), not from the library that is tested with it.
"""

import socket
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition
from typing import Any

from lxml import etree

from unhear.clock import now

SKEW_MAX = timedelta(minutes=1)
UTC_TIME = "%Y-%m-%dT%H:%M:%SZ"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl"
 xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"
 xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsa="http://www.w3.org/2005/08/addressing"
 xmlns:wstop="http://docs.oasis-open.org/wsn/t-1" xmlns:tns1="http://www.onvif.org/ver10/topics"
 xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>"""
TAIL = "</s:Body></s:Envelope>"
REFUSED = """<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized
</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">Sender not authorized</s:Text>
</s:Reason></s:Fault>"""
UNKNOWN = """<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode>
<s:Value>ter:ActionNotSupported</s:Value></s:Subcode></s:Code><s:Reason>
<s:Text xml:lang="en">Optional action not implemented</s:Text></s:Reason></s:Fault>"""
OPEN = frozenset({"GetSystemDateAndTime"})


@dataclass
class SimulatedOnvif:
    """One camera; `says_host` is what it takes its own address to be."""

    user: str = "admin"
    password: str = "a password of the camera"
    clock_is_off: timedelta = timedelta(hours=-3)
    says_host: str = "10.99.99.99"
    knows: frozenset[str] = frozenset({"GetServices", "GetSnapshotUri", "GetEventProperties"})
    profiles: tuple[tuple[str, int, int], ...] = (
        ("tiny", 160, 120),
        ("main", 1920, 1080),
        ("sub", 640, 360),
    )
    topics: str = (
        '<tns1:RuleEngine><MyRuleDetector><Visitor wstop:topic="true"/></MyRuleDetector>'
        '<CellMotionDetector><Motion wstop:topic="true"/></CellMotionDetector></tns1:RuleEngine>'
    )
    granted: timedelta = timedelta(minutes=10)
    answers_pulls: bool = True
    garbles: str | None = None
    port: int = 0
    streams_at: int = 8554
    asked: list[str] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)
    changed: Condition = field(default_factory=Condition)
    events: list[str] = field(default_factory=list)
    subscriptions: dict[str, datetime] = field(default_factory=dict)
    count: int = 0

    @property
    def now(self) -> datetime:
        return now().astimezone(UTC) + self.clock_is_off

    def tell(
        self, topic: str, value: str = "true", operation: str = "Changed", name: str = "State"
    ) -> None:
        """Have something noticed, as it is told to whoever pulls next."""
        about = f' PropertyOperation="{operation}"' if operation else ""
        event = f"""<wsnt:NotificationMessage><wsnt:Topic
 Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">{topic}</wsnt:Topic>
<wsnt:Message><tt:Message UtcTime="{self.now:{UTC_TIME}}"{about}><tt:Source>
<tt:SimpleItem Name="Source" Value="000"/></tt:Source><tt:Data>
<tt:SimpleItem Name="{name}" Value="{value}"/></tt:Data></tt:Message></wsnt:Message>
</wsnt:NotificationMessage>"""
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def forget_subscriptions(self) -> None:
        """Start anew, as after a power cut."""
        with self.changed:
            self.subscriptions.clear()
            self.changed.notify_all()

    def times(self, operation: str) -> int:
        with self.changed:
            return self.asked.count(operation)

    def answer(self, path: str, envelope: Any) -> tuple[int, str]:
        body = next(element for element in envelope if element.tag.endswith("}Body"))
        operation = etree.QName(body[0]).localname
        with self.changed:
            self.asked.append(operation)
            self.changed.notify_all()
        if operation not in OPEN and not self._signed_in(envelope):
            return 400, REFUSED
        if self.garbles == operation:
            return 200, "<not>what was asked for"
        make = getattr(self, f"_{operation}", None)
        optional = operation in {"GetServices", "GetSnapshotUri", "GetEventProperties"}
        if make is None or (optional and operation not in self.knows):
            return 500, UNKNOWN
        content = make(path, body[0])
        return (500, UNKNOWN) if content is None else (200, str(content))

    def _signed_in(self, envelope: Any) -> bool:
        """Whether the digest is of the password, and made a moment ago by this clock."""
        found = {
            etree.QName(element).localname: (element.text or "").strip()
            for element in envelope.iter()
            if isinstance(element.tag, str)
        }
        if found.get("Username") != self.user:
            return False
        nonce, created = b64decode(found["Nonce"]), found["Created"]
        made = datetime.fromisoformat(created)
        digest = sha1(nonce + created.encode() + self.password.encode()).digest()  # noqa: S324
        self.signed.append(found["Password"])
        right = b64encode(digest).decode() == found["Password"]
        return right and abs(made - self.now) < SKEW_MAX

    def _address(self, service: str) -> str:
        return f"http://{self.says_host}:{self.port}/onvif/{service}"

    def _GetSystemDateAndTime(self, _path: str, _asked: Any) -> str:  # noqa: N802 - ONVIF's names
        at = self.now
        return f"""<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>
<tt:DateTimeType>Manual</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>
<tt:UTCDateTime><tt:Time><tt:Hour>{at.hour}</tt:Hour><tt:Minute>{at.minute}</tt:Minute>
<tt:Second>{at.second}</tt:Second></tt:Time><tt:Date><tt:Year>{at.year}</tt:Year>
<tt:Month>{at.month}</tt:Month><tt:Day>{at.day}</tt:Day></tt:Date></tt:UTCDateTime>
</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"""

    def _GetServices(self, _path: str, _asked: Any) -> str:  # noqa: N802
        services = "".join(
            f"<tds:Service><tds:Namespace>http://www.onvif.org/ver10/{name}/wsdl</tds:Namespace>"
            f"<tds:XAddr>{self._address(name)}</tds:XAddr><tds:Version><tt:Major>2</tt:Major>"
            "<tt:Minor>6</tt:Minor></tds:Version></tds:Service>"
            for name in ("device", "media", "events")
        )
        return f"<tds:GetServicesResponse>{services}</tds:GetServicesResponse>"

    def _GetCapabilities(self, _path: str, _asked: Any) -> str:  # noqa: N802
        media, events = self._address("media"), self._address("events")
        return f"""<tds:GetCapabilitiesResponse><tds:Capabilities>
<tt:Events><tt:XAddr>{events}</tt:XAddr>
<tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport>
<tt:WSPullPointSupport>true</tt:WSPullPointSupport>
<tt:WSPausableSubscriptionManagerInterfaceSupport>false
</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events>
<tt:Media><tt:XAddr>{media}</tt:XAddr><tt:StreamingCapabilities/></tt:Media>
</tds:Capabilities></tds:GetCapabilitiesResponse>"""

    def _GetProfiles(self, _path: str, _asked: Any) -> str:  # noqa: N802
        profiles = "".join(
            f"""<trt:Profiles token="{token}" fixed="true"><tt:Name>{token}</tt:Name>
<tt:VideoEncoderConfiguration token="{token}"><tt:Name>{token}</tt:Name><tt:UseCount>1</tt:UseCount>
<tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width>
<tt:Height>{height}</tt:Height></tt:Resolution><tt:Quality>4</tt:Quality>
</tt:VideoEncoderConfiguration></trt:Profiles>"""
            for token, width, height in self.profiles
        )
        audio = '<trt:Profiles token="audio" fixed="true"><tt:Name>a</tt:Name></trt:Profiles>'
        return f"<trt:GetProfilesResponse>{audio}{profiles}</trt:GetProfilesResponse>"

    def _GetStreamUri(self, _path: str, asked: Any) -> str:  # noqa: N802
        query = "?a=1" if self.streams_at == SimulatedOnvif.streams_at else ""
        uri = f"rtsp://{self.says_host}:{self.streams_at}/{_token(asked)}{query}"
        return _uri("GetStreamUri", uri)

    def _GetSnapshotUri(self, _path: str, asked: Any) -> str:  # noqa: N802
        return _uri("GetSnapshotUri", f"http://x:y@{self.says_host}/snap/{_token(asked)}")

    def _GetEventProperties(self, _path: str, _asked: Any) -> str:  # noqa: N802
        dialect = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
        return f"""<tev:GetEventPropertiesResponse>
<tev:TopicNamespaceLocation>http://www.onvif.org/x.xml</tev:TopicNamespaceLocation>
<wsnt:FixedTopicSet>true</wsnt:FixedTopicSet><wstop:TopicSet>{self.topics}</wstop:TopicSet>
<wsnt:TopicExpressionDialect>{dialect}</wsnt:TopicExpressionDialect>
<tev:MessageContentFilterDialect>x</tev:MessageContentFilterDialect>
<tev:MessageContentSchemaLocation>x</tev:MessageContentSchemaLocation>
</tev:GetEventPropertiesResponse>"""

    def _CreatePullPointSubscription(self, _path: str, _asked: Any) -> str:  # noqa: N802
        with self.changed:
            self.count += 1
            name = f"pull{self.count}"
            self.subscriptions[name] = self.now + self.granted
            self.changed.notify_all()
        return f"""<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>
<wsa:Address>{self._address(name)}</wsa:Address></tev:SubscriptionReference>{self._granted()}
</tev:CreatePullPointSubscriptionResponse>"""

    def _PullMessages(self, path: str, _asked: Any) -> str | None:  # noqa: N802
        name = path.rpartition("/")[2]
        with self.changed:
            self.changed.wait_for(
                lambda: (self.events and self.answers_pulls) or name not in self.subscriptions,
                timeout=1.0,
            )
            if self.subscriptions.get(name, self.now) <= self.now:
                return None
            events, self.events = "".join(self.events), []
        until = self.now + self.granted
        return f"""<tev:PullMessagesResponse>
<tev:CurrentTime>{self.now:{UTC_TIME}}</tev:CurrentTime>
<tev:TerminationTime>{until:{UTC_TIME}}</tev:TerminationTime>{events}</tev:PullMessagesResponse>"""

    def _Renew(self, path: str, _asked: Any) -> str | None:  # noqa: N802
        name = path.rpartition("/")[2]
        with self.changed:
            if name not in self.subscriptions:
                return None
            self.subscriptions[name] = self.now + self.granted
        until = self.now + self.granted
        return f"""<wsnt:RenewResponse><wsnt:TerminationTime>{until:{UTC_TIME}}
</wsnt:TerminationTime><wsnt:CurrentTime>{self.now:{UTC_TIME}}</wsnt:CurrentTime>
</wsnt:RenewResponse>"""

    def _Unsubscribe(self, path: str, _asked: Any) -> str:  # noqa: N802
        with self.changed:
            self.subscriptions.pop(path.rpartition("/")[2], None)
        return "<wsnt:UnsubscribeResponse/>"

    def _granted(self) -> str:
        until = self.now + self.granted
        return f"""<wsnt:CurrentTime>{self.now:{UTC_TIME}}</wsnt:CurrentTime>
<wsnt:TerminationTime>{until:{UTC_TIME}}</wsnt:TerminationTime>"""


def _token(asked: Any) -> str:
    return next(str(e.text) for e in asked.iter() if str(e.tag).endswith("}ProfileToken"))


def _uri(operation: str, uri: str) -> str:
    return f"""<trt:{operation}Response><trt:MediaUri><tt:Uri>{uri}</tt:Uri>
<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false
</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:{operation}Response>"""


@contextmanager
def serving(camera: SimulatedOnvif) -> Iterator[SimulatedOnvif]:
    """Let a camera answer on the loopback interface, on its port, or on any."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["content-length"]))
            status, content = camera.answer(self.path, etree.fromstring(data))
            answer = (HEAD + content + TAIL).encode()
            self.send_response(status)
            self.send_header("content-type", "application/soap+xml; charset=utf-8")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", camera.port), Handler) as server:
        camera.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield camera
        finally:
            camera.forget_subscriptions()
            server.shutdown()
            thread.join()


@contextmanager
def answering_probes(*answers: str) -> Iterator[tuple[tuple[str, int], list[str]]]:
    """Answer a probe with these, in which `ID` stands for its number; yields where, and probes."""
    probes: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.settimeout(0.05)
        over = threading.Event()

        def answer() -> None:
            while not over.is_set():
                try:
                    data, sender = one.recvfrom(1 << 16)
                except TimeoutError:
                    continue
                probe = etree.fromstring(data)
                number = next(str(e.text) for e in probe.iter() if "MessageID" in str(e.tag))
                probes.append(data.decode())
                for text in answers:
                    one.sendto(text.replace("ID", number).encode(), sender)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield one.getsockname(), probes
        finally:
            over.set()
            thread.join()
