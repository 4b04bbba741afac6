"""Speaks to the process of a mount about taking it over; see io.dfs.fusemount.takeover.Step for the messages.

peer.py heir SOCKET VERSION STEP       asks for the mount and dies by SIGKILL after READY (3), ACCEPTED (5) or GO (6); 0: ends after the first answer
peer.py between SOCKET PID             stands between that process and the next that asks, and kills PID when it has passed ACCEPTED on"""
import os, signal, socket, struct, sys

HELLO, OFFER, READY, STATE, ACCEPTED, GO = 1, 2, 3, 4, 5, 6


def send(to, kind, payload=b"", descriptors=()):
    header = struct.pack(">ii", kind, len(payload))
    sent = socket.send_fds(to, [header], list(descriptors)) if descriptors else to.send(header)
    to.sendall(header[sent:] + payload)


def receive(source):
    header, descriptors, _, _ = socket.recv_fds(source, 8, 16)
    if not header:
        sys.exit(3)
    while len(header) < 8:
        header += source.recv(8 - len(header))
    kind, size = struct.unpack(">ii", header)
    payload = b""
    while len(payload) < size:
        payload += source.recv(size - len(payload))
    return kind, payload, descriptors


def connect(path):
    to = socket.socket(socket.AF_UNIX)
    to.settimeout(60)
    to.connect(path)
    return to


def heir(path, version, last):
    to = connect(path)
    send(to, HELLO, struct.pack(">i", version))
    kind, payload, _ = receive(to)
    print(kind, payload.decode(), flush=True)
    if last < READY:
        return
    send(to, READY)
    kind, _, descriptors = receive(to)
    assert kind == STATE and descriptors
    if last >= ACCEPTED:
        send(to, ACCEPTED)
    if last >= GO:
        assert receive(to)[0] == GO
    os.kill(os.getpid(), signal.SIGKILL)


def between(path, pid):
    os.rename(path, path + ".real")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen(1)
    print("listens", flush=True)
    new, _ = listening.accept()
    old = connect(path + ".real")
    while True:
        for source, to in ((new, old), (old, new)):
            kind, payload, descriptors = receive(source)
            send(to, kind, payload, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            if kind == ACCEPTED:
                os.kill(pid, signal.SIGKILL)
                os.unlink(path + ".real")
                print("killed", flush=True)
                os._exit(0)


if sys.argv[1] == "heir":
    heir(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    between(sys.argv[2], int(sys.argv[3]))
