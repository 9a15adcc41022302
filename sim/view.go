package sim

import (
	"iter"
	"slices"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// View is what a policy sees: the state of the fleet now, and the last finished window of
// observations. A policy cannot change the fleet through it.
type View struct {
	fleet  *fleet.Fleet
	moment *Moment
	tokens TokenReader // nil: the fleet has no token replicas, or the view has no run
}

// Moment is what a view shows besides the fleet. A run keeps one Moment and updates it.
type Moment struct {
	Now    kernel.Time
	Window *Window       // the last window that an allocator may see
	Period time.Duration // control period
	Shown  *History      // the finished windows that an allocator may see; nil: none
	Bills  []fleet.Bill  // per machine type, from the start of the run; nil: the view has no run
}

// NewView returns the view of a run. Each method reads the moment when it is called. The token
// reader is nil in a run without token replicas.
func NewView(f *fleet.Fleet, m *Moment, tokens TokenReader) *View {
	return &View{fleet: f, moment: m, tokens: tokens}
}

// ViewOf returns a view of a fleet, so that a policy can be tested without a run. Its window is
// empty unless one is given with WithWindow.
func ViewOf(f *fleet.Fleet, now kernel.Time) *View {
	return NewView(f, &Moment{Now: now, Window: NewWindow(f.Spec(), now), Period: time.Minute}, nil)
}

// WithWindow returns the view with the given window, control period and earlier windows. The
// earlier windows are ordered from the newest to the oldest. There are at most WindowsKept of them.
func (v *View) WithWindow(w *Window, period time.Duration, earlier ...*Window) *View {
	m := *v.moment
	m.Window, m.Period, m.Shown = w, period, &History{}
	for _, before := range slices.Backward(earlier) {
		m.Shown.Add(before)
	}
	m.Shown.Add(w)
	return NewView(v.fleet, &m, v.tokens)
}

// Now returns the present instant.
func (v *View) Now() kernel.Time { return v.moment.Now }

// Period returns the control period: the time until the allocator is asked again.
func (v *View) Period() time.Duration { return v.moment.Period }

// Window returns the last finished window that the observation delay (Setup.Delay) lets an
// allocator see. It must not be changed.
func (v *View) Window() *Window { return v.moment.Window }

// Earlier returns the window that was finished i windows before Window; Earlier(0) is Window. It
// returns nil if the run had no such window, or if the window is not among the last WindowsKept.
// The window at the start of a run (Expectation) is not an earlier window. The returned window must
// not be changed. It must not be kept when it is no longer among the last WindowsKept, because the
// run then overwrites it.
func (v *View) Earlier(i int) *Window {
	switch {
	case i == 0:
		return v.moment.Window
	case v.moment.Shown == nil:
		return nil
	}
	return v.moment.Shown.Back(i)
}

// Spent returns the cost of all machines from the start of the run until now, in US dollars, by
// fleet.Bill. The rest of a started unit does not count yet. Without a run it is 0.
func (v *View) Spent() float64 {
	sum := 0.0
	for t := range v.moment.Bills {
		sum += v.moment.Bills[t].TotalAt(v.moment.Now)
	}
	return sum
}

// Spec returns what is fixed in the run. It must not be changed.
func (v *View) Spec() *fleet.Spec { return v.fleet.Spec() }

// Ready returns the number of ready replicas of a model.
func (v *View) Ready(m fleet.ModelID) int { return len(v.fleet.ReadyReplicas(m)) }

// ReadyAt returns the i-th ready replica of a model, in the order in which they became ready.
func (v *View) ReadyAt(m fleet.ModelID, i int) fleet.ReplicaID { return v.fleet.ReadyReplicas(m)[i] }

// Open returns the number of open replicas of a model. The router may choose among them. These are
// the ready replicas, without those that are closed, for example by the gateway.
func (v *View) Open(m fleet.ModelID) int { return len(v.fleet.OpenReplicas(m)) }

// OpenAt returns the i-th open replica of a model, in the order in which they became ready.
func (v *View) OpenAt(m fleet.ModelID, i int) fleet.ReplicaID { return v.fleet.OpenReplicas(m)[i] }

// Outstanding returns the number of requests that a replica was given and has not finished. It
// includes the requests whose KV caches are being sent from the replica.
func (v *View) Outstanding(r fleet.ReplicaID) int { return v.fleet.Outstanding(r) }

// PromptTokens returns the sum of the prompt tokens of the outstanding requests of a token replica.
func (v *View) PromptTokens(r fleet.ReplicaID) int64 { return v.fleet.PromptTokens(r) }

// Queued returns the number of requests that wait at a replica.
func (v *View) Queued(r fleet.ReplicaID) int { return v.fleet.Replica(r).Queued() }

// Varied reports whether some model has requests whose number of items is not 1.
func (v *View) Varied() bool { return v.fleet.Varied() }

// Fit returns how many requests at the front of a replica's line fit into so many places of a
// batch, and how many places they take. Each item takes one place. A first request that needs more
// places than that is a batch of its own.
func (v *View) Fit(r fleet.ReplicaID, places int) (count, taken int) { return v.fleet.Fit(r, places) }

// HasRoom reports whether a replica could start a request now, together with those that wait there.
func (v *View) HasRoom(at fleet.ReplicaID, r *fleet.Request) bool {
	return v.fleet.HasRoom(at, r.Places())
}

// Startable returns how many of the requests that wait at a replica its free slots could take into
// service now.
func (v *View) Startable(at fleet.ReplicaID) int {
	count, _ := v.fleet.Starting(at)
	return count
}

// Free returns the number of batches that a replica could start now.
func (v *View) Free(r fleet.ReplicaID) int {
	rep := v.fleet.Replica(r)
	return int(rep.Slots - rep.Busy)
}

// Deployment returns what a replica is a copy of. It must not be changed.
func (v *View) Deployment(r fleet.ReplicaID) *fleet.Deployment {
	return &v.Spec().Deployments[v.fleet.Replica(r).Deployment]
}

// Oldest returns the arrival of the request that is first in line at a replica; ok is false when
// none waits. Without an order, the first in line is the request that arrived first.
func (v *View) Oldest(r fleet.ReplicaID) (at kernel.Time, ok bool) {
	id, ok := v.fleet.First(r)
	if !ok {
		return 0, false
	}
	return v.fleet.Request(id).Arrival, true
}

// Head returns the request that is first in line at a replica, or nil when none waits. It must not
// be changed or kept.
func (v *View) Head(r fleet.ReplicaID) *fleet.Request {
	id, ok := v.fleet.First(r)
	if !ok {
		return nil
	}
	return v.fleet.Request(id)
}

// InLine returns the requests that wait at a replica in the order in which they will start. They
// must not be changed or kept.
func (v *View) InLine(r fleet.ReplicaID) iter.Seq[*fleet.Request] { return v.fleet.InLine(r) }

// Waiting returns the number of a model's requests that have not been started.
func (v *View) Waiting(m fleet.ModelID) int { return v.fleet.Waiting(m) }

// Pending returns the number of a model's requests that the router keeps back.
func (v *View) Pending(m fleet.ModelID) int { return v.fleet.Pending(m) }

// Backlog returns the number of the backlog in which a pending request waits. A backlog of a queue
// begins when a request enters the empty queue, and ends when the queue is empty. Backlogs that
// begin later have larger numbers. Without queues by class, it returns 0.
func (v *View) Backlog(r *fleet.Request) int64 { return v.fleet.Backlog(r) }

// KeptBack returns the requests of a model that the router keeps back, in the order in which it
// will be asked about them. They must not be changed or kept.
func (v *View) KeptBack(m fleet.ModelID) iter.Seq[*fleet.Request] { return v.fleet.KeptBack(m) }

// Count returns the replicas of a deployment in each state.
func (v *View) Count(d fleet.DeploymentID) fleet.ReplicaCounts { return v.fleet.Count(d) }

// Rented returns the number of machines of a type that are not released.
func (v *View) Rented(t fleet.TypeID) int { return v.fleet.Rented(t) }

// Limit returns how many machines of a type may be rented at a time now. More may still be rented,
// namely machines that are under notice.
func (v *View) Limit(t fleet.TypeID) int { return v.fleet.Limit(t) }

// Down reports whether a zone is down now.
func (v *View) Down(z fleet.ZoneID) bool { return v.fleet.Down(z) }

// NextZone returns the zone in which the next machine of a type stands, unless a plan says
// otherwise; 0: the type has no zones.
func (v *View) NextZone(t fleet.TypeID) fleet.ZoneID { return v.fleet.NextZone(t) }

// Live returns the number of machines that are not released.
func (v *View) Live() int { return len(v.fleet.Live()) }

// LiveAt returns the i-th machine that is not released, oldest first.
func (v *View) LiveAt(i int) fleet.MachineID { return v.fleet.Live()[i] }

// Machine returns the state of a machine. It must not be changed.
func (v *View) Machine(id fleet.MachineID) *fleet.Machine { return v.fleet.Machine(id) }

// Active returns the number of replicas that are not gone.
func (v *View) Active() int { return len(v.fleet.Active()) }

// ActiveAt returns the i-th replica that is not gone, oldest first.
func (v *View) ActiveAt(i int) fleet.ReplicaID { return v.fleet.Active()[i] }

// Replica returns the state of a replica. It must not be changed.
func (v *View) Replica(id fleet.ReplicaID) *fleet.Replica { return v.fleet.Replica(id) }

// CanPlace says why a replica cannot be put on a machine and GPU now, or nil when it can.
func (v *View) CanPlace(d fleet.DeploymentID, on fleet.MachineID, gpu int) error {
	return v.fleet.CanPlace(d, on, gpu)
}

// CanPlaceAt is CanPlace for a slice of a GPU that begins at the memory slot given.
func (v *View) CanPlaceAt(d fleet.DeploymentID, on fleet.MachineID, gpu, start int) error {
	return v.fleet.CanPlaceAt(d, on, gpu, start)
}
