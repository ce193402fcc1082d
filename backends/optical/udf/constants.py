"""Numbers and identifiers of UDF 2.01 as this project uses it. The only module that writer and reader share.

ECMA-167 3rd edition gives the structures, OSTA UDF 2.01 the restrictions on them. Sections are quoted as
"3/10.1" (part/section of ECMA-167) and "UDF 2.2.2" (section of OSTA UDF 2.01).
"""

from typing import Final

SECTOR_BYTES: Final = 2048
#: A Blu-ray writes and corrects 32 sectors together; images begin, end and align big files on them.
CLUSTER_SECTORS: Final = 32
CLUSTER_BYTES: Final = CLUSTER_SECTORS * SECTOR_BYTES

UDF_REVISION: Final = 0x0201
#: Tag version that goes with NSR03 (3/7.2.2).
DESCRIPTOR_VERSION: Final = 3

# Descriptor tag identifiers (3/7.2.1, 4/7.2.1).
TAG_PRIMARY_VOLUME: Final = 1
TAG_ANCHOR: Final = 2
TAG_IMPLEMENTATION_USE: Final = 4
TAG_PARTITION: Final = 5
TAG_LOGICAL_VOLUME: Final = 6
TAG_UNALLOCATED_SPACE: Final = 7
TAG_TERMINATING: Final = 8
TAG_INTEGRITY: Final = 9
TAG_FILE_SET: Final = 256
TAG_FILE_IDENTIFIER: Final = 257
TAG_FILE_ENTRY: Final = 261

TAG_BYTES: Final = 16
#: Fixed part of a file entry (4/14.9) and of a file identifier descriptor (4/14.4).
FILE_ENTRY_FIXED_BYTES: Final = 176
FILE_IDENTIFIER_FIXED_BYTES: Final = 38
SHORT_AD_BYTES: Final = 8

FILE_TYPE_DIRECTORY: Final = 4
FILE_TYPE_REGULAR: Final = 5
CHARACTERISTIC_DIRECTORY: Final = 0x02
CHARACTERISTIC_DELETED: Final = 0x04
CHARACTERISTIC_PARENT: Final = 0x08

DOMAIN_IDENTIFIER: Final = b"*OSTA UDF Compliant"
PARTITION_CONTENTS: Final = b"+NSR03"
LOGICAL_VOLUME_INFO: Final = b"*UDF LV Info"
IMPLEMENTATION_IDENTIFIER: Final = b"*archived"

# Where fixed structures lie, in sectors of the image.
RECOGNITION_SECTOR: Final = 16
MAIN_SEQUENCE_SECTOR: Final = 32
SEQUENCE_SECTORS: Final = 16
INTEGRITY_SECTOR: Final = 64
INTEGRITY_SECTORS: Final = 4
ANCHOR_SECTOR: Final = 256
#: On a cluster, so that alignment within the partition and on the disc are the same thing.
PARTITION_SECTOR: Final = 288

#: Extents stay below 1 GiB (UDF 2.3.10) and keep their successors on clusters.
EXTENT_BYTES_MAX: Final = 0x40000000 - CLUSTER_BYTES
EXTENTS_MAX: Final = (SECTOR_BYTES - FILE_ENTRY_FIXED_BYTES) // SHORT_AD_BYTES
#: About 251 GB: what the extents of one file entry can hold.
FILE_BYTES_MAX: Final = EXTENTS_MAX * EXTENT_BYTES_MAX

#: Files from here on start on a cluster.
BIG_FILE_BYTES: Final = 1 << 20
STRUCTURE_BYTES_MAX: Final = 1 << 20

#: Our limit for one name, in UTF-16 units: holds whatever script the name is in (UDF 2.1.1, 254 bytes).
NAME_UNITS_MAX: Final = 126
#: Resolved path: names with one byte each between them (UDF 2., table of basic restrictions).
PATH_BYTES_MAX: Final = 1023
LABEL_FIELD_BYTES: Final = 128
IDENTIFIER_CHARACTERS: Final = 16
#: The first sixteen numbers are reserved (UDF 3.2.1.1).
UNIQUE_ID_FIRST: Final = 16
LINK_COUNT_MAX: Final = 0xFFFF
