package fleet

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wavetank/sim/profile"
)

// mixed returns a spec with a CPU machine, a machine of three GPUs, and deployments of a quarter of
// a GPU, one and two.
func mixed() *Spec {
	latency, err := profile.Linear(time.Millisecond, time.Millisecond, 4)
	if err != nil {
		panic(err)
	}
	return &Spec{
		Kinds:    []string{"cpu", "gpu"},
		Types:    []MachineType{{Name: "c", Cores: 8, Memory: 100, Max: 3}, {Name: "g", Cores: 4, Memory: 100, GPU: 1, GPUs: 3, GPUMemory: 50, Max: 2}},
		Models:   []Model{{Name: "a", QueueLimit: -1}, {Name: "b", QueueLimit: -1}},
		Variants: []Variant{{Name: "a", Model: 0}, {Name: "b", Model: 1}},
		Deployments: []Deployment{
			{Name: "a@c", Need: Resources{Cores: 3, Memory: 40}, Latency: latency, MaxBatch: 4, Slots: 1},
			{Name: "b@g", Variant: 1, Model: 1, Type: 1, Kind: 1, Need: Resources{Cores: 1, Memory: 10, GPUShare: 250, GPUMemory: 20}, Latency: latency, MaxBatch: 4, Slots: 1},
			{Name: "a@g", Type: 1, Kind: 1, Need: Resources{Cores: 1, Memory: 10, GPUShare: WholeGPU, GPUMemory: 50}, Latency: latency, MaxBatch: 4, Slots: 1},
			{Name: "b@2g", Variant: 1, Model: 1, Type: 1, Kind: 1, Need: Resources{Cores: 1, Memory: 10, GPUs: 2, GPUShare: WholeGPU, GPUMemory: 30}, Latency: latency, MaxBatch: 4, Slots: 1},
		},
	}
}

// twin is a simple fleet: it keeps plain lists and computes every answer from scratch.
type twin struct {
	c        *Spec
	machines map[MachineID]TypeID
	cordoned map[MachineID]bool
	failed   map[MachineID]bool
	placed   map[ReplicaID]site
	state    map[ReplicaID]ReplicaState
	queues   map[ReplicaID][]int64
	serving  map[ReplicaID][]int64
	pending  map[ModelID][]int64
}

// site is the machine and the GPUs of a replica of the twin.
type site struct {
	deployment DeploymentID
	on         MachineID
	gpus       []int
}

func (w *twin) fits(d DeploymentID, on MachineID, gpu int) bool {
	t, live := w.machines[on]
	if !live || w.cordoned[on] || w.failed[on] || w.c.Deployments[d].Type != t {
		return false
	}
	kind := w.c.Types[t]
	cores, memory := kind.Cores, kind.Memory
	for id, p := range w.placed {
		if w.state[id] == Gone || p.on != on {
			continue
		}
		need := w.c.Deployments[p.deployment].Need
		cores -= need.Cores
		memory -= need.Memory
	}
	need := w.c.Deployments[d].Need
	if need.GPUShare > 0 && w.gpus(d, on, gpu) == nil {
		return false
	}
	return cores >= need.Cores && memory >= need.Memory
}

// gpus returns the GPUs that a replica takes if its first GPU is first, or nil if it cannot be
// placed.
func (w *twin) gpus(d DeploymentID, on MachineID, first int) []int {
	kind, need := w.c.Types[w.machines[on]], w.c.Deployments[d].Need
	share, memory := make([]int, kind.GPUs), make([]int64, kind.GPUs)
	for id, p := range w.placed {
		if taken := w.c.Deployments[p.deployment].Need; w.state[id] != Gone && p.on == on {
			for _, g := range p.gpus {
				share[g] += taken.GPUShare
				memory[g] += taken.GPUMemory
			}
		}
	}
	if first >= kind.GPUs || share[first]+need.GPUShare > WholeGPU || memory[first]+need.GPUMemory > kind.GPUMemory {
		return nil
	}
	list := []int{first}
	for g := range kind.GPUs {
		if len(list) < need.GPUs && g != first && share[g] == 0 {
			list = append(list, g)
		}
	}
	if len(list) < need.GPUs {
		return nil
	}
	return list
}

// TestFleetAgreesWithASimpleFleet runs random operations on both.
func TestFleetAgreesWithASimpleFleet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := mixed()
		c.Models[1].Varied = true
		f := New(c)
		w := &twin{
			c: c, machines: map[MachineID]TypeID{}, cordoned: map[MachineID]bool{}, failed: map[MachineID]bool{}, placed: map[ReplicaID]site{}, state: map[ReplicaID]ReplicaState{},
			queues: map[ReplicaID][]int64{}, serving: map[ReplicaID][]int64{}, pending: map[ModelID][]int64{},
		}
		m := &operations{t: t, f: f, w: w}
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			m.step()
			m.compare()
		}
	})
}

// operations applies the same random operation to a fleet and its twin.
type operations struct {
	t       *rapid.T
	f       *Fleet
	w       *twin
	ordinal int64
	batches []batch
	ids     map[int64]RequestID
}

type batch struct {
	at    ReplicaID
	first RequestID
	n     int
}

func (o *operations) pick(what string, n int) int {
	return rapid.IntRange(0, n-1).Draw(o.t, what)
}

func (o *operations) step() {
	switch o.pick("operation", 12) {
	case 0:
		o.order()
	case 1, 2:
		o.place()
	case 3:
		o.ready()
	case 4:
		o.drain()
	case 5, 6:
		o.admit()
	case 7:
		o.give()
	case 8:
		o.start()
	case 9:
		o.finish()
	case 10:
		o.lose()
	case 11:
		o.breakOrRepair()
	}
}

func (o *operations) order() {
	kind := TypeID(o.pick("type", len(o.w.c.Types)))
	rented := 0
	for _, other := range o.w.machines {
		if other == kind {
			rented++
		}
	}
	id, err := o.f.Order(kind, 0, 0)
	if (err == nil) != (rented < o.w.c.Types[kind].Max) {
		o.t.Fatalf("order with %d rented: %v", rented, err)
	}
	if err == nil {
		o.w.machines[id] = kind
		o.f.Boot(id)
	}
}

func (o *operations) place() {
	d, on := DeploymentID(o.pick("deployment", len(o.w.c.Deployments))), MachineID(o.pick("machine", o.f.Machines()+1))
	gpu := o.pick("gpu", 4)
	want := o.w.fits(d, on, gpu)
	var gpus []int
	if want && o.w.c.Deployments[d].Need.GPUShare > 0 {
		gpus = o.w.gpus(d, on, gpu)
	}
	id, err := o.f.Place(d, on, gpu, 0)
	if (err == nil) != want {
		o.t.Fatalf("place %d on %d/%d: %v, the twin says %v", d, on, gpu, err, want)
	}
	if err == nil {
		o.w.placed[id] = site{d, on, gpus}
		o.w.state[id] = Loading
		if r := o.f.Replica(id); len(gpus) > 0 && !slices.Equal(append([]int{r.GPU}, r.Further()...), gpus) {
			o.t.Fatalf("replica %d is on GPUs %d and %v, want %v", id, r.GPU, r.Further(), gpus)
		}
	}
}

// replica returns a random replica in a state.
func (o *operations) replica(s ReplicaState) (ReplicaID, bool) {
	var list []ReplicaID
	for id := range ReplicaID(o.f.Replicas()) {
		if o.w.state[id] == s {
			list = append(list, id)
		}
	}
	if len(list) == 0 {
		return 0, false
	}
	return list[o.pick("replica", len(list))], true
}

func (o *operations) ready() {
	if id, ok := o.replica(Loading); ok {
		o.f.MakeReady(id, 0)
		o.w.state[id] = Ready
	}
}

func (o *operations) drain() {
	if id, ok := o.replica(Ready); ok {
		if err := o.f.Drain(id, 0); err != nil {
			o.t.Fatal(err)
		}
		o.w.state[id] = Draining
		o.retire(id)
	}
}

func (o *operations) retire(id ReplicaID) {
	idle := len(o.w.queues[id])+len(o.w.serving[id]) == 0
	if o.f.Drained(id) != (o.w.state[id] == Draining && idle) {
		o.t.Fatalf("replica %d drained: %v", id, o.f.Drained(id))
	}
	if o.f.Drained(id) {
		o.f.Remove(id, 0)
		o.w.state[id] = Gone
		if on := o.w.placed[id].on; o.f.Machine(on).Idle() && o.pick("release", 2) == 0 {
			o.f.Release(on)
			delete(o.w.machines, on)
		}
	}
}

func (o *operations) admit() {
	m := ModelID(o.pick("model", 2))
	if o.ids == nil {
		o.ids = map[int64]RequestID{}
	}
	to, atOnce := NoReplica, o.pick("at once", 2) == 0
	if atOnce {
		to, atOnce = o.replica(Ready)
	}
	if atOnce {
		m = o.w.c.Deployments[o.w.placed[to].deployment].Model
	}
	id, _ := o.f.Admit(&Request{Model: m, Ordinal: o.ordinal, Work: 1, Items: float32(m) * float32(o.ordinal%7) / 2})
	o.ids[o.ordinal] = id
	if atOnce {
		o.f.Give(id, to)
		o.w.queues[to] = append(o.w.queues[to], o.ordinal)
	} else {
		o.f.Hold(id)
		o.w.pending[m] = append(o.w.pending[m], o.ordinal)
	}
	o.ordinal++
}

func (o *operations) give() {
	to, ok := o.replica(Ready)
	if !ok {
		return
	}
	m := o.w.c.Deployments[o.w.placed[to].deployment].Model
	list := o.w.pending[m]
	if len(list) == 0 {
		return
	}
	i := o.pick("request", len(list))
	o.f.Give(o.ids[list[i]], to)
	o.w.queues[to] = append(o.w.queues[to], list[i])
	o.w.pending[m] = append(append([]int64{}, list[:i]...), list[i+1:]...)
}

func (o *operations) start() {
	for at := range ReplicaID(o.f.Replicas()) {
		queue := o.w.queues[at]
		if len(queue) == 0 || o.pick("start", 2) == 0 {
			continue
		}
		if o.pick("abandon", 4) == 0 {
			i := o.pick("who", len(queue))
			o.f.Abandon(o.ids[queue[i]])
			o.f.Forget(o.ids[queue[i]])
			o.w.queues[at] = append(append([]int64{}, queue[:i]...), queue[i+1:]...)
			o.retire(at)
			return
		}
		n := 1 + o.pick("batch", len(queue))
		first, _ := o.f.Start(at, n)
		o.w.serving[at] = append(o.w.serving[at], queue[:n]...)
		o.w.queues[at] = queue[n:]
		o.batches = append(o.batches, batch{at, first, n})
		id := first
		for i := range n {
			if o.f.Request(id).Ordinal != queue[i] {
				o.t.Fatalf("member %d of the batch is request %d, want %d", i, o.f.Request(id).Ordinal, queue[i])
			}
			id, _ = o.f.NextMember(id)
		}
		return
	}
}

func (o *operations) finish() {
	if len(o.batches) == 0 {
		return
	}
	i := o.pick("batch", len(o.batches))
	b := o.batches[i]
	o.batches = append(append([]batch{}, o.batches[:i]...), o.batches[i+1:]...)
	o.f.Finish(b.at, b.n, 0)
	for id, ok := b.first, true; ok; {
		next, more := o.f.NextMember(id)
		o.drop(b.at, o.f.Request(id).Ordinal)
		o.f.Forget(id)
		id, ok = next, more
	}
	o.retire(b.at)
}

// drop removes a request from service in the twin.
func (o *operations) drop(at ReplicaID, ordinal int64) {
	for i, other := range o.w.serving[at] {
		if other == ordinal {
			o.w.serving[at] = append(append([]int64{}, o.w.serving[at][:i]...), o.w.serving[at][i+1:]...)
			return
		}
	}
	o.t.Fatalf("request %d finished at %d, where it was not", ordinal, at)
}

func (o *operations) compare() {
	inFlight, waiting := 0, map[ModelID]int{}
	for m, list := range o.w.pending {
		inFlight += len(list)
		waiting[m] += len(list)
		if o.f.Pending(m) != len(list) {
			o.t.Fatalf("%d pending for model %d, want %d", o.f.Pending(m), m, len(list))
		}
	}
	count := make([]ReplicaCounts, len(o.w.c.Deployments))
	ready := map[ModelID]int{}
	for id, p := range o.w.placed {
		m := o.w.c.Deployments[p.deployment].Model
		inFlight += len(o.w.queues[id]) + len(o.w.serving[id])
		waiting[m] += len(o.w.queues[id])
		r := o.f.Replica(id)
		if r.State != o.w.state[id] || r.Queued() != len(o.w.queues[id]) || int(r.Executing) != len(o.w.serving[id]) {
			o.t.Fatalf("replica %d is %+v", id, *r)
		}
		switch o.w.state[id] {
		case Loading:
			count[p.deployment].Loading++
		case Ready:
			count[p.deployment].Ready++
			ready[m]++
		case Draining:
			count[p.deployment].Draining++
		}
	}
	for d, want := range count {
		if got := o.f.Count(DeploymentID(d)); got != want {
			o.t.Fatalf("deployment %d counts %+v, want %+v", d, got, want)
		}
	}
	for m := range ModelID(2) {
		if o.f.Waiting(m) != waiting[m] || len(o.f.ReadyReplicas(m)) != ready[m] {
			o.t.Fatalf("model %d: %d waiting, %d ready; want %d, %d", m, o.f.Waiting(m), len(o.f.ReadyReplicas(m)), waiting[m], ready[m])
		}
	}
	if o.f.InFlight() != inFlight || len(o.f.Live()) != len(o.w.machines) {
		o.t.Fatalf("%d in flight on %d machines, want %d on %d", o.f.InFlight(), len(o.f.Live()), inFlight, len(o.w.machines))
	}
}
