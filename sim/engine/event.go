package engine

// eventKind says what a pending event will do.
type eventKind uint8

const (
	batchDone      eventKind = iota // index: replica, other: first member, epoch: number of members
	alarm                           // index: replica, epoch: that of its batcher's alarm
	oneDone                         // index: replica, other: request, epoch: turn of its service
	shareDone                       // index: replica, epoch: that of its service (sharing)
	giveUp                          // index: request, epoch: that of its slab place
	replicaDone                     // index: replica, its start-up ends
	machineDone                     // index: machine, its boot ends
	transferDone                    // index: replica, epoch: that of its transfer
	machineFails                    // index: machine
	repairDone                      // index: machine
	noticeGiven                     // index: machine, the provider wants it back
	noticeOver                      // index: machine
	supplySet                       // index: machine type, other: index of the change in its supply
	graceOver                       // index: replica, its drain has lasted for the grace period
	entered                         // index: request, epoch: that of its slab place, other: replica
	delivered                       // index: request, epoch: that of its slab place, other: replica
	cacheArrives                    // epoch: turn of the handover
	handedOver                      // index: request, epoch: that of its slab place, other: replica
	control                         // the allocator is asked
	warmed                          // the warm-up ends
	horizon                         // no request arrives any more
	attemptExpires                  // index: request, epoch: that of its slab place
	attemptDue                      // index: call whose next attempt begins
	zoneTurns                       // index: zone; an outage of it begins or ends
	serviceTurns                    // index: machine type, other: number of its maintenance
	healthDue                       // all replicas are checked
	storageTurns                    // an outage of the storage begins or ends
	hedgeDue                        // index: call, epoch: that of its next hedge
	replicaWakes                    // index: replica, its weights are back from host memory
	slownessTurns                   // index: machine type; a span of slowness begins or ends
	singleDone                      // index: replica, other: request, epoch: turn of its service
	branchDue                       // index: pipeline request, other: branch, −1: all
	answerArrives                   // index: request, other: replica
)

// event is a future event: a small value. An outdated event is known by its epoch, and dropped.
type event struct {
	kind  eventKind
	epoch uint32
	index int32
	other int32
}
