package tiles

import (
	"encoding/binary"
	"math/bits"
)

// Field tags of the protocol buffers in vector_tile.proto, version 2.1:
// number<<3 | wire type.
const (
	tileLayer = 3<<3 | 2

	layerName     = 1<<3 | 2
	layerFeature  = 2<<3 | 2
	layerKey      = 3<<3 | 2
	layerValue    = 4<<3 | 2
	layerExtent   = 5 << 3
	layerVersion  = 15 << 3
	formatVersion = 2

	featureID       = 1 << 3
	featureTags     = 2<<3 | 2
	featureType     = 3 << 3
	featureGeometry = 4<<3 | 2

	valueString = 1<<3 | 2
	valueFloat  = 2<<3 | 5
	valueUint   = 5 << 3
	valueSint   = 6 << 3
	valueBool   = 7 << 3
)

// Types of geometry and commands of the geometry encoding.
const (
	pointType   = 1
	lineType    = 2
	polygonType = 3

	moveTo    = 1
	lineTo    = 2
	closePath = 7 | 1<<3
)

func command(id, count uint64) uint64 { return id | count<<3 }

func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

// appendVarint is binary.AppendUvarint with the short forms, which are nearly
// all of a tile, inlined.
func appendVarint(dst []byte, v uint64) []byte {
	switch {
	case v < 1<<7:
		return append(dst, byte(v))
	case v < 1<<14:
		return append(dst, byte(v)|0x80, byte(v>>7))
	}
	return binary.AppendUvarint(dst, v)
}

func appendBytes(dst []byte, tag byte, body []byte) []byte {
	dst = appendVarint(append(dst, tag), uint64(len(body)))
	return append(dst, body...)
}

func appendString(dst []byte, tag byte, body string) []byte {
	dst = appendVarint(append(dst, tag), uint64(len(body)))
	return append(dst, body...)
}

func appendFloat(dst []byte, bits uint64) []byte {
	return binary.LittleEndian.AppendUint32(append(dst, valueFloat), uint32(bits))
}

// varintLen returns the number of bytes of v as a varint.
func varintLen(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }
