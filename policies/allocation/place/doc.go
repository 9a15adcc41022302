// Package place holds the placers of allocators. They decide on which machines replicas go, which
// machines are rented, and which replicas leave. Each is a file of its own and differs only in its
// chooser, which says where one more replica goes. To add one, copy firstfit.go, and name it in one
// line of policies/registry/stages.go (Placers).
package place
