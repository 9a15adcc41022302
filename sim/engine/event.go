package engine

// eventKind says what a pending event will do.
type eventKind uint8

const (
	batchDone    eventKind = iota // index: replica, other: first member, epoch: members
	alarm                         // index: replica, epoch: of its batcher's alarm
	oneDone                       // index: replica, other: request, epoch: its turn
	shareDone                     // index: replica, epoch: of its sharing
	giveUp                        // index: request, epoch: of its slab place
	replicaDone                   // index: replica, its start-up ends
	machineDone                   // index: machine, its boot ends
	transferDone                  // index: replica, epoch: of its transfer
	machineFails                  // index: machine
	repairDone                    // index: machine
	noticeGiven                   // index: machine, its owner wants it back
	noticeOver                    // index: machine
	supplySet                     // index: machine type, other: of its supply
	graceOver                     // index: replica that drains
	entered                       // index: request, epoch: of its slab place, other: replica
	delivered                     // index: request, epoch: of its slab place, other: replica
	cacheArrives                  // epoch: of the handover
	control                       // the allocator's turn
	warmed                        // the warm-up ends
	horizon                       // the last arrival is past
)

// event is a future event: a small value. Late ones are known by their epoch and dropped.
type event struct {
	kind  eventKind
	epoch uint32
	index int32
	other int32
}
