import { declareSpecs } from '../support/grouped-specs';

declareSpecs('faults', 0, 3);
