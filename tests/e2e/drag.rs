//! Files dragged onto the window as a file manager does it: XDND, the protocol of every desktop on X.
//!
//! <https://freedesktop.org/wiki/Specifications/XDND/>. The pointer is not moved: the protocol tells the place itself.

use std::path::Path;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

const VERSION: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at the queue of events.
const GLANCE: Duration = Duration::from_millis(5);
/// A hand that holds still for a moment before it lets go: the window has time to show where the files would go.
const HELD: usize = 8;

x11rb::atom_manager! {
    Atoms: AtomsCookie {
        XdndAware, XdndSelection, XdndEnter, XdndPosition, XdndStatus, XdndDrop, XdndFinished, XdndActionCopy,
        URI_LIST: b"text/uri-list",
    }
}

/// Files in somebody's hand.
pub struct Drag {
    connection: RustConnection,
    atoms: Atoms,
    source: Window,
    target: Window,
    uris: String,
}

impl Drag {
    /// Takes the files, and enters the one window on this screen that takes drops.
    pub fn of(files: &[&Path]) -> Self {
        let (connection, screen) = x11rb::connect(None).expect("a display");
        let atoms = Atoms::new(&connection).expect("asked").reply().expect("atoms");
        let root = connection.setup().roots[screen].root;
        let target = aware(&connection, &atoms, root).expect("a window that takes drops");
        let source = connection.generate_id().expect("an id");
        let aux = CreateWindowAux::new();
        connection
            .create_window(0, source, root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &aux)
            .expect("a window of our own");
        connection
            .set_selection_owner(source, atoms.XdndSelection, x11rb::CURRENT_TIME)
            .expect("the selection");
        let uris = files.iter().map(|file| format!("file://{}\r\n", file.display())).collect();
        let drag = Self { connection, atoms, source, target, uris };
        drag.tell(atoms.XdndEnter, [source, VERSION << 24, atoms.URI_LIST, 0, 0]);
        drag
    }

    /// Holds the files over a place of the window's contents, in pixels.
    pub fn over(&self, x: i16, y: i16) {
        let root = self.connection.setup().roots[0].root;
        let at = self.connection.translate_coordinates(self.target, root, x, y);
        let at = at.expect("asked").reply().expect("where the window is");
        let place = (u32::from(at.dst_x.unsigned_abs()) << 16) | u32::from(at.dst_y.unsigned_abs());
        for _ in 0..HELD {
            let told = [self.source, 0, place, x11rb::CURRENT_TIME, self.atoms.XdndActionCopy];
            self.tell(self.atoms.XdndPosition, told);
            self.serve_until(self.atoms.XdndStatus);
        }
    }

    /// Lets go.
    pub fn drop_here(self) {
        self.tell(self.atoms.XdndDrop, [self.source, 0, x11rb::CURRENT_TIME, 0, 0]);
        self.serve_until(self.atoms.XdndFinished);
    }

    fn tell(&self, what: Atom, data: [u32; 5]) {
        let message = ClientMessageEvent::new(32, self.target, what, data);
        self.connection
            .send_event(false, self.target, EventMask::NO_EVENT, message)
            .expect("the window is told");
        self.connection.flush().expect("flushed");
    }

    /// Gives the list of files to whoever asks, until the window has answered.
    fn serve_until(&self, answer: Atom) {
        let patience = Instant::now() + PATIENCE;
        while Instant::now() < patience {
            match self.connection.poll_for_event().expect("the display answers") {
                Some(Event::SelectionRequest(request)) => self.give(&request),
                Some(Event::ClientMessage(message)) if message.type_ == answer => return,
                Some(_) => {}
                None => std::thread::sleep(GLANCE),
            }
        }
        panic!("the window does not answer the drag");
    }

    fn give(&self, request: &SelectionRequestEvent) {
        let known = request.target == self.atoms.URI_LIST;
        if known {
            self.connection
                .change_property8(
                    PropMode::REPLACE,
                    request.requestor,
                    request.property,
                    self.atoms.URI_LIST,
                    self.uris.as_bytes(),
                )
                .expect("the list is given");
        }
        let given = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if known { request.property } else { AtomEnum::NONE.into() },
        };
        self.connection
            .send_event(false, request.requestor, EventMask::NO_EVENT, given)
            .expect("who asked is told");
        self.connection.flush().expect("flushed");
    }
}

/// The first window under `window` that says it takes drops and can be seen.
fn aware(connection: &RustConnection, atoms: &Atoms, window: Window) -> Option<Window> {
    let property =
        connection.get_property(false, window, atoms.XdndAware, AtomEnum::ATOM, 0, 1).ok()?;
    let says = property.reply().ok()?.value_len > 0;
    let shown = connection.get_window_attributes(window).ok()?.reply().ok()?;
    if says && shown.map_state == x11rb::protocol::xproto::MapState::VIEWABLE {
        return Some(window);
    }
    let children = connection.query_tree(window).ok()?.reply().ok()?.children;
    children.into_iter().find_map(|child| aware(connection, atoms, child))
}
