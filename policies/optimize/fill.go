package optimize

// machineFill is one machine with its replicas and its free resources.
type machineFill struct {
	host    []int64 // free resources of the host
	devices []int64 // free resources of the devices, one device after the other
	loads   []PlacedReplicas
}

func newMachineFill(t *HostType) *machineFill {
	p := &machineFill{devices: make([]int64, 0, t.Devices*len(t.Device))}
	p.clear(t)
	return p
}

// clear makes p an empty machine of a type.
func (p *machineFill) clear(t *HostType) {
	p.host, p.devices, p.loads = append(p.host[:0], t.Host...), p.devices[:0], p.loads[:0]
	for range t.Devices {
		p.devices = append(p.devices, t.Device...)
	}
}

// device returns the device on which a replica of f has room. Among several it is the one with
// least left; ties go to the lowest. It is −1 if the replica needs no device. If it needs several
// devices, further returns the others. ok is false if the replica has no room.
func (p *machineFill) device(f *Configuration) (device int, ok bool) {
	if !p.hosts(f) {
		return 0, false
	}
	if f.needed() == 0 {
		return -1, true
	}
	best, least, with := -1, int64(0), 0
	width := len(f.Device)
	for at := 0; at+width <= len(p.devices); at += width {
		room, left := roomFor(f.Device, p.devices[at:at+width])
		if !room {
			continue
		}
		with++
		if best < 0 || left < least {
			best, least = at/width, left
		}
	}
	return best, best >= 0 && with >= f.needed()
}

// hosts reports whether a replica has room on the host. It ignores the devices.
func (p *machineFill) hosts(f *Configuration) bool {
	for r, need := range f.Host {
		if p.host[r] < need {
			return false
		}
	}
	return true
}

// roomFor reports whether need fits into left, and how much would remain of the first needed
// resource.
func roomFor(need, left []int64) (ok bool, remains int64) {
	remains = -1
	for r, n := range need {
		if left[r] < n {
			return false, 0
		}
		if n > 0 && remains < 0 {
			remains = left[r] - n
		}
	}
	return true, remains
}

// further returns the devices that a replica takes in addition to one: the lowest ones with room.
func (p *machineFill) further(f *Configuration, device int) (list []int) {
	width := len(f.Device)
	for d := 0; len(list) < f.needed()-1; d++ {
		if room, _ := roomFor(f.Device, p.devices[d*width:(d+1)*width]); room && d != device {
			list = append(list, d)
		}
	}
	return list
}

// reserve takes the room of a replica on a device, without noting the replica.
func (p *machineFill) reserve(f *Configuration, device int) {
	if f.needed() > 1 {
		for _, d := range p.further(f, device) {
			subtract(p.devices[d*len(f.Device):], f.Device, 1)
		}
	}
	subtract(p.host, f.Host, 1)
	if device >= 0 {
		subtract(p.devices[device*len(f.Device):], f.Device, 1)
	}
}

// take puts a replica of configuration c on a device if count is 1, and removes it if count is −1.
func (p *machineFill) take(f *Configuration, c, device, count int) {
	at := -1
	for i := range p.loads {
		if l := &p.loads[i]; l.Configuration == c && l.Device == device {
			at = i
		}
	}
	if at < 0 {
		at = len(p.loads)
		p.loads = append(p.loads, PlacedReplicas{Configuration: c, Device: device, Further: p.further(f, device)})
	}
	l := &p.loads[at]
	l.Replicas += count
	subtract(p.host, f.Host, count)
	if device >= 0 {
		subtract(p.devices[device*len(f.Device):], f.Device, count)
	}
	for _, d := range l.Further {
		subtract(p.devices[d*len(f.Device):], f.Device, count)
	}
	if l.Replicas == 0 {
		p.loads = append(p.loads[:at], p.loads[at+1:]...)
	}
}
