# Sourced: starts the image in the folder DIR, with 10.0.2.100:443 of the machine joined to PORT of the host.
#
# 8 ns an instruction make 125 MIPS, the clock of an RP2040. There is no other way out of the machine's network.

emulate() { # DIR PORT IMAGE
    (cd "$1" && exec timeout "${LIMIT:-120}" qemu-system-arm -M mps2-an385 -display none -serial none -monitor none \
        -semihosting-config enable=on,target=native -icount shift=3 \
        -nic "user,id=n0,model=lan9118,restrict=on,guestfwd=tcp:10.0.2.100:443-cmd:python3 $host/forward.py $2" \
        ${QEMU_EXTRA-} -kernel "$3")
}

# Waits for a sandbox to say where it is, and prints its port.
port_of() { # LOG
    for _ in $(seq 100); do
        grep -o '127.0.0.1:[0-9]*' "$1" 2>/dev/null | head -n 1 | cut -d: -f2 | grep . && return
        sleep 0.1
    done
    echo "the sandbox did not start" >&2
    return 1
}
