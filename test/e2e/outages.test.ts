import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate } from '@evenkeel/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenedCluster, openCluster } from './stage/open-cluster.ts';
import { type Program, startProgram } from './stage/program.ts';
import { findBoth, openServers, type Servers } from './stage/servers.ts';
import { openStage, type Stage } from './stage/stage.ts';
import { until } from './stage/until.ts';

const binaries = await findBoth();
