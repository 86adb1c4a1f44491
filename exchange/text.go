package exchange

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// The encodings of text files. GB 18030 includes GBK, which old ledgers use without
// saying so.
const (
	inUTF8 = "UTF-8"
	inGBK  = "GBK"
)

// encodingOf reads a whole file and says how its text is written: a beginning proves
// nothing, since the first Chinese name may stand anywhere. The error wraps
// ErrEncoding, and names the first byte that is not UTF-8, if the file as a whole is
// neither, or is pieced together from both.
func encodingOf(file io.ReadSeeker) (string, error) {
	var s scan
	if err := s.all(file); err != nil {
		return "", err
	}
	if s.bad == 0 {
		return inUTF8, nil
	}
	refused := fmt.Errorf("byte %d is not UTF-8: %w", s.bad, ErrEncoding)
	if s.marked || s.longest >= utf8Run {
		return "", fmt.Errorf("the file is partly UTF-8: %w", refused)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	_, err := io.Copy(new(soundness), transform.NewReader(file, simplifiedchinese.GB18030.NewDecoder()))
	if errors.Is(err, ErrEncoding) {
		return "", refused
	}
	return inGBK, err
}

// utf8Run is how many characters of three bytes and more in a row are taken for UTF-8.
// In GBK about one pair of characters in fifty looks like one such character, so six
// in a row do not come by chance.
const utf8Run = 6

// A scan looks at bytes as UTF-8.
type scan struct {
	read         int64
	bad          int64 // place of the first byte that is not UTF-8, from 1; 0 if there is none
	run, longest int   // characters of three bytes and more without a bad byte between them
	marked       bool  // begins with a byte order mark
}

// all scans r to its end.
func (s *scan) all(r io.Reader) error {
	buffer, kept := make([]byte, 1<<20), 0
	for {
		n, err := r.Read(buffer[kept:])
		if err != nil && err != io.EOF {
			return err
		}
		data := buffer[:kept+n]
		kept = copy(buffer, data[s.take(data, err == io.EOF):])
		if err == io.EOF {
			return nil
		}
	}
}

// take scans data up to a character that is not whole yet and returns how much it took.
func (s *scan) take(data []byte, atEnd bool) int {
	if s.read == 0 {
		s.marked = bytes.HasPrefix(data, byteOrderMark)
	}
	i := 0
	for i < len(data) {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		if !atEnd && !utf8.FullRune(data[i:]) {
			break
		}
		_, size := utf8.DecodeRune(data[i:])
		s.note(s.read+int64(i)+1, size)
		i += size
	}
	s.read += int64(i)
	return i
}

// note counts a character beyond ASCII, or a byte that is none.
func (s *scan) note(place int64, size int) {
	switch {
	case size == 1:
		s.run = 0
		if s.bad == 0 {
			s.bad = place
		}
	case size >= 3:
		s.run++
		s.longest = max(s.longest, s.run)
	}
}

// soundness refuses text in which a decoder found something impossible.
type soundness struct{ tail []byte }

// Write implements io.Writer. The mark of the impossible may lie across two calls.
func (s *soundness) Write(text []byte) (int, error) {
	both := append(s.tail, text...)
	if bytes.Contains(both, []byte(string(utf8.RuneError))) {
		return 0, ErrEncoding
	}
	s.tail = append(s.tail[:0], both[max(0, len(both)-utf8.UTFMax):]...)
	return len(text), nil
}

// decoded returns text in an encoding as UTF-8 without a byte order mark.
func decoded(r io.Reader, encoding string) (*bufio.Reader, error) {
	if encoding == inGBK {
		r = transform.NewReader(r, simplifiedchinese.GB18030.NewDecoder())
	}
	text := bufio.NewReaderSize(r, 64<<10)
	if head, err := text.Peek(len(byteOrderMark)); err == nil && bytes.Equal(head, byteOrderMark) {
		_, err = text.Discard(len(byteOrderMark))
		return text, err
	}
	return text, nil
}
