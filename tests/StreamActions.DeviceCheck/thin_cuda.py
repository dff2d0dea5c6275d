"""Empties the kernels of all but one GPU generation in a CUDA library, so that it packs small. For the check only.

  python3 thin_cuda.py IN.so OUT.so [GENERATION]

GENERATION is the compute capability without its dot: 90 (the default) is Hopper. The library's section .nv_fatbin holds fat binaries:
a magic number, the size of the header and the size of the content, and then entries with the generation of each.
"""
import struct
import sys

MAGIC = 0xBA55ED50


def main():
    source, target = sys.argv[1:3]
    keep = int(sys.argv[3]) if len(sys.argv) > 3 else 90
    with open(source, "rb") as file:
        data = bytearray(file.read())
    table, = struct.unpack_from("<Q", data, 0x28)
    entry_size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQ", data, table + i * entry_size) for i in range(count)]
    for name, _, _, _, offset, size in sections:
        start = sections[names][4] + name
        if data[start:data.index(0, start)] != b".nv_fatbin":
            continue
        place, end, freed = offset, offset + size, 0
        while place < end - 16:
            magic, _, header, content = struct.unpack_from("<IHHQ", data, place)
            if magic != MAGIC:
                place += 8
                continue
            entry, last = place + header, place + header + content
            while entry < last:
                _, _, entry_header, payload = struct.unpack_from("<HHIQ", data, entry)
                generation, = struct.unpack_from("<I", data, entry + 28)
                if generation != keep:
                    begin = entry + entry_header
                    data[begin:begin + payload] = bytes(payload)
                    freed += payload
                entry += entry_header + payload
            place = last
        print(f"emptied {freed >> 20} MiB of {size >> 20} MiB")
    with open(target, "wb") as file:
        file.write(data)


main()
