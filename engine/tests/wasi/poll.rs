//! `poll_oneoff` on virtual time.

use crate::guest::{BUFFER, Guest, OUT, READ};
use preflight_engine::wasi::{
    World,
    p1::Errno,
    world::{Input, VIRTUAL_EPOCH},
};
use std::time::Instant;

/// Where the events go.
const EVENTS: i64 = 40_960;

fn clock(userdata: u64, id: u32, timeout: u64, is_absolute: bool) -> [u8; 48] {
    let mut bytes = [0; 48];
    bytes[0..8].copy_from_slice(&userdata.to_le_bytes());
    bytes[16..20].copy_from_slice(&id.to_le_bytes());
    bytes[24..32].copy_from_slice(&timeout.to_le_bytes());
    bytes[40] = u8::from(is_absolute);
    bytes
}

fn descriptor(userdata: u64, tag: u8, fd: u32) -> [u8; 48] {
    let mut bytes = [0; 48];
    bytes[0..8].copy_from_slice(&userdata.to_le_bytes());
    bytes[8] = tag;
    bytes[16..20].copy_from_slice(&fd.to_le_bytes());
    bytes
}

/// Userdata, error and type of each event.
fn poll(guest: &mut Guest, subscriptions: &[[u8; 48]]) -> Vec<(u64, u16, u8)> {
    guest.put(BUFFER, &subscriptions.concat());
    guest.ok("poll_oneoff", &[BUFFER, EVENTS, subscriptions.len() as i64, OUT]);
    let event = |index: u32| {
        let at = EVENTS + i64::from(index) * 32;
        (guest.u64(at), guest.u16(at + 8), guest.get(at + 10, 1)[0])
    };
    (0..guest.u32(OUT)).map(event).collect()
}

fn now(guest: &Guest) -> u64 {
    guest.world.borrow().clocks.monotonic()
}

#[test]
fn the_first_clock_moves_time_and_nobody_waits() {
    let mut guest = Guest::new(World::new());
    let (day, start) = (86_400_000_000_000, Instant::now());
    let subscriptions = [clock(1, 1, 2 * day, false), clock(2, 1, day, false), clock(3, 0, day, false)];
    assert_eq!(poll(&mut guest, &subscriptions), [(2, 0, 0), (3, 0, 0)]);
    assert_eq!(now(&guest), day);
    let absolute = [clock(4, 0, VIRTUAL_EPOCH + 3 * day, true), clock(5, 1, 4 * day, true)];
    assert_eq!(poll(&mut guest, &absolute), [(4, 0, 0)]);
    assert_eq!(now(&guest), 3 * day);
    assert_eq!(poll(&mut guest, &[clock(6, 1, 5, true)]), [(6, 0, 0)]);
    assert_eq!(now(&guest), 3 * day, "what is past is due at once");
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn what_is_ready_is_told_at_once() {
    let mut world = World::new();
    world.stdin = Input::bytes(*b"abc");
    world.preopen_virtual("/").write("f", b"12345").unwrap();
    let mut guest = Guest::new(world);
    let file = guest.open("f", 0, READ).unwrap() as u32;
    let subscriptions = [
        clock(1, 1, 9, false),
        descriptor(2, 1, 0),
        descriptor(3, 2, 1),
        descriptor(4, 1, file),
        clock(5, 1, 0, false),
    ];
    assert_eq!(poll(&mut guest, &subscriptions), [(2, 0, 1), (3, 0, 2), (4, 0, 1), (5, 0, 0)]);
    assert_eq!((guest.u64(EVENTS + 16), guest.u64(EVENTS + 2 * 32 + 16)), (3, 5));
    assert_eq!(now(&guest), 0);
    guest.read(0, 9).unwrap();
    poll(&mut guest, &[descriptor(2, 1, 0)]);
    assert_eq!((guest.u64(EVENTS + 16), guest.u16(EVENTS + 24)), (0, 1), "the end of standard input is a hang-up");
}

#[test]
fn errors_are_events_where_the_text_has_them() {
    let mut guest = Guest::new(World::new());
    let (badf, inval) = (Errno::Badf as u16, Errno::Inval as u16);
    let subscriptions = [descriptor(1, 1, 9), descriptor(2, 2, 0), clock(3, 2, 0, false)];
    assert_eq!(poll(&mut guest, &subscriptions), [(1, badf, 1), (2, badf, 2), (3, inval, 0)]);
    assert_eq!(guest.call("poll_oneoff", &[BUFFER, EVENTS, 0, OUT]), Errno::Inval);
    guest.put(BUFFER, &descriptor(1, 3, 0));
    assert_eq!(guest.call("poll_oneoff", &[BUFFER, EVENTS, 1, OUT]), Errno::Inval);
    let mut flags = clock(1, 1, 0, false);
    flags[40] = 2;
    guest.put(BUFFER, &flags);
    assert_eq!(guest.call("poll_oneoff", &[BUFFER, EVENTS, 1, OUT]), Errno::Inval, "no such flag");
    guest.traps("poll_oneoff", &[65_500, EVENTS, 1, OUT]);
    guest.traps("poll_oneoff", &[BUFFER, EVENTS + 4, 1, OUT]);
}
