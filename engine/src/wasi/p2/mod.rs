//! WASI 0.2: every interface of its worlds, one file each, and the rules by which components start ([`Program`]).
//!
//! The host gives the interfaces as they are in [`VERSION`]. An import of any other version 0.2 is met by them, since
//! versions 0.2 only add to each other; what a later version has added is unknown, and so a link error. What is marked as
//! unstable is there if its [`Feature`] is on.
//!
//! ```
//! use preflight_engine::{Config, Store, component::{Component, ComponentLinker}, trace::InstancePath, wasi::{World, p2}};
//! use std::{cell::RefCell, rc::Rc};
//! let config = Config::default();
//! let component = Component::new(&config, b"\0asm\x0d\0\x01\0").unwrap();
//! let (mut store, mut linker) = (Store::new(&config), ComponentLinker::new());
//! let world = Rc::new(RefCell::new(World::new()));
//! let host = p2::add_to_linker(&mut linker, &mut store, world, &[]);
//! let rules = p2::StartRules { no_run: p2::NoRun::InstantiateFirst };
//! let end = p2::Program::begin(&mut store, &component, &linker, InstancePath::root(), rules, p2::Purpose::Run);
//! assert!(matches!(end, Err(p2::StartError::NoRun)));
//! assert_eq!(host.live_resources(), 0);
//! ```

mod cli;
mod clocks;
mod define;
mod filesystem;
mod handler;
mod http;
mod io;
mod known;
mod program;
mod random;
mod sockets;
mod table;
mod typing;

pub use handler::{HandleError, Request, RequestError, Response};
pub use known::{Unmet, unmet};
pub use program::{NoRun, Program, Purpose, StartError, StartRules, exit_code};

use super::world::World;
use crate::{Store, component::ComponentLinker, error::Fault, trace::TrapCode};
use define::Interfaces;
use std::{
    cell::{OnceCell, RefCell},
    fmt,
    rc::Rc,
};
use table::Table;
use typing::Ids;

/// The version that this host implements.
pub const VERSION: &str = "0.2.12";

/// What the interfaces mark as unstable, under the names that they give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feature {
    /// `clocks-timezone`: `wasi:clocks/timezone`.
    ClocksTimezone,
    /// `network-error-code`: `wasi:sockets/network.network-error-code`.
    NetworkErrorCode,
    /// `informational-outbound-responses`: `wasi:http/types.response-outparam.send-informational`.
    InformationalOutboundResponses,
}

impl Feature {
    /// All of them.
    pub const ALL: [Feature; 3] =
        [Feature::ClocksTimezone, Feature::NetworkErrorCode, Feature::InformationalOutboundResponses];

    /// Its name in the interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Feature::ClocksTimezone => "clocks-timezone",
            Feature::NetworkErrorCode => "network-error-code",
            Feature::InformationalOutboundResponses => "informational-outbound-responses",
        }
    }
}

/// What serves the calls of one program.
struct State {
    world: Rc<RefCell<World>>,
    table: Table,
}

/// The same, for all functions.
struct Shared {
    state: RefCell<State>,
    features: Vec<Feature>,
    ids: OnceCell<Ids>,
}

impl Shared {
    fn ids(&self) -> &Ids {
        self.ids.get().expect("set before anything is declared")
    }
}

/// The host as its embedder sees it; clones are the same.
#[derive(Clone)]
pub struct Host(Rc<Shared>);

impl Host {
    /// How many resources of the host are alive: streams, descriptors, sockets and so on.
    pub fn live_resources(&self) -> usize {
        self.0.state.borrow().table.len()
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("live_resources", &self.live_resources()).finish_non_exhaustive()
    }
}

/// Makes all interfaces available, over `world`, with the unstable `features`.
pub fn add_to_linker(
    linker: &mut ComponentLinker,
    store: &mut Store,
    world: Rc<RefCell<World>>,
    features: &[Feature],
) -> Host {
    let state = RefCell::new(State { world, table: Table::default() });
    let shared = Rc::new(Shared { state, features: features.to_vec(), ids: OnceCell::new() });
    let mut interfaces = Interfaces { linker, store, shared: &shared, ids: Ids::default() };
    register(&mut interfaces);
    let ids = std::mem::take(&mut interfaces.ids);
    assert!(shared.ids.set(ids).is_ok(), "nobody else sets them");
    declare(&mut interfaces);
    Host(shared)
}

/// The resource types, before anything is declared with them.
fn register(interfaces: &mut Interfaces<'_>) {
    interfaces.register::<io::error::IoError>();
    interfaces.register::<io::poll::Pollable>();
    interfaces.register::<io::streams::InputStream>();
    interfaces.register::<io::streams::OutputStream>();
    interfaces.register::<filesystem::Descriptor>();
    interfaces.register::<filesystem::DirectoryEntryStream>();
    interfaces.register::<cli::terminal::TerminalInput>();
    interfaces.register::<cli::terminal::TerminalOutput>();
    interfaces.register::<sockets::network::Network>();
    interfaces.register::<sockets::ip_name_lookup::ResolveAddressStream>();
    interfaces.register::<sockets::tcp::TcpSocket>();
    interfaces.register::<sockets::udp::UdpSocket>();
    interfaces.register::<sockets::udp::IncomingDatagramStream>();
    interfaces.register::<sockets::udp::OutgoingDatagramStream>();
    http::types::register(interfaces);
}

fn declare(interfaces: &mut Interfaces<'_>) {
    io::error::declare(interfaces);
    io::poll::declare(interfaces);
    io::streams::declare(interfaces);
    clocks::monotonic_clock::declare(interfaces);
    clocks::wall_clock::declare(interfaces);
    if interfaces.has(Feature::ClocksTimezone) {
        clocks::timezone::declare(interfaces);
    }
    random::random::declare(interfaces);
    random::insecure::declare(interfaces);
    random::insecure_seed::declare(interfaces);
    filesystem::types::declare(interfaces);
    filesystem::preopens::declare(interfaces);
    cli::environment::declare(interfaces);
    cli::exit::declare(interfaces);
    cli::stdio::declare(interfaces);
    cli::terminal::declare(interfaces);
    sockets::network::declare(interfaces);
    sockets::ip_name_lookup::declare(interfaces);
    sockets::tcp::declare(interfaces);
    sockets::udp::declare(interfaces);
    http::types::declare(interfaces);
    http::outgoing_handler::declare(interfaces);
}

/// What an interface says traps.
fn trap() -> Fault {
    Fault::Trap(TrapCode::Host.into())
}
